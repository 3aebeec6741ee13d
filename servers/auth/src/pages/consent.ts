import { html, type Html, renderPage } from '@mcpgw/kit';

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
          <dd>${view.client} ${origin(view)}</dd>
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
          <dd><code>${view.destination.name}</code> ${PLACES[view.destination.kind]}</dd>
        </div>
      </dl>
      ${WARNINGS[view.destination.kind]}
      <form method="post" action="${view.action}">
        <div class="buttons">
          <button type="submit" name="decision" value="deny">Deny</button>
          <button type="submit" name="decision" value="allow" class="main">Allow</button>
        </div>
      </form>`,
  });

const origin = ({ clientHost }: ConsentView): Html =>
  clientHost === undefined
    ? html`<span class="soft">The app chose this name. It is not verified.</span>`
    : html`<span class="soft">Identified by <strong>${clientHost}</strong></span>`;

const scopeLine = (scope: string): Html =>
  scope === 'mcp'
    ? html`<li>use its tools, resources and prompts</li>`
    : html`<li><code>${scope}</code></li>`;

const PLACES = {
  loopback: html`<span class="soft">A program on this computer</span>`,
  app: html`<span class="soft">An app on this device</span>`,
  web: undefined,
};

/** An answer that stays on the device can be caught by another program there (RFC 8252 section 8). */
const WARNINGS = {
  loopback: html`<p class="note">
    Any program on this computer could be the one that asks.
    <strong>Allow only if you have just started this sign-in yourself.</strong>
  </p>`,
  app: html`<p class="note">
    Another app on this device could take the place of the one that asks.
    <strong>Allow only if you have just started this sign-in yourself.</strong>
  </p>`,
  web: undefined,
};
