import { html, type Html } from './html.ts';
import { renderPage } from './page.ts';

export interface ConsentView {
  /** What the client calls itself; nobody has checked it. */
  client: string;
  /** Host of the client's own identity document, which is checked (CIMD); undefined: the client registered itself. */
  clientHost: string | undefined;
  /** Where the answer goes: a host, or the scheme of an app. */
  destination: { kind: 'loopback' | 'web' | 'app'; name: string };
  resource: { title: string; url: string };
  scopes: readonly string[];
  /** Who is signed in. */
  user: string;
  action: string;
}

/** Asks whether the client may (MCP security best practices, "Confused Deputy Problem"). */
export const consentPage = (view: ConsentView): string =>
  renderPage({
    title: `Allow ${view.client}?`,
    content: html`<h1>Allow ${view.client} to use ${view.resource.title}?</h1>
      <p class="soft">You are signed in as <strong>${view.user}</strong>.</p>
      <dl>
        <div>
          <dt>App</dt>
          <dd>${view.client}<br /><span class="soft">${origin(view)}</span></dd>
        </div>
        <div>
          <dt>MCP server</dt>
          <dd>${view.resource.title}<br /><code>${view.resource.url}</code></dd>
        </div>
        <div>
          <dt>It will be able to</dt>
          <dd>
            <ul>
              ${view.scopes.map(scopeLine)}
            </ul>
          </dd>
        </div>
        <div>
          <dt>You return to</dt>
          <dd>${destinationLine(view.destination)}</dd>
        </div>
      </dl>
      ${warning(view.destination)}
      <form method="post" action="${view.action}">
        <div class="buttons">
          <button type="submit" name="decision" value="deny">Deny</button>
          <button type="submit" name="decision" value="allow" class="main">Allow</button>
        </div>
      </form>`,
  });

const origin = ({ clientHost }: ConsentView): Html =>
  clientHost === undefined
    ? html`The app has given this name itself. It is not verified.`
    : html`Identified by <strong>${clientHost}</strong>.`;

const scopeLine = (scope: string): Html =>
  scope === 'mcp'
    ? html`<li>see and use its tools, resources and prompts for you</li>`
    : html`<li><code>${scope}</code></li>`;

function destinationLine({ kind, name }: ConsentView['destination']): Html {
  if (kind === 'loopback') return html`<code>${name}</code>, a program on this computer`;
  return kind === 'app' ? html`an app on this device, by <code>${name}</code>` : html`<code>${name}</code>`;
}

function warning({ kind }: ConsentView['destination']): Html | undefined {
  if (kind === 'web') return undefined;
  return html`<p class="note">
    ${
      kind === 'loopback'
        ? 'The answer goes to a program on this computer, and any program here could be the one that asks.'
        : 'The answer goes to an app on this device, and another app could have taken its place.'
    } <strong>Allow only if you have just started this sign-in yourself.</strong>
  </p>`;
}
