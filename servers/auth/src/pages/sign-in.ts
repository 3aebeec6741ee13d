import { html, renderPage } from '@mcpgw/kit';

export interface SignInView {
  /** What the client calls itself. */
  client: string;
  /** What it wants to use; undefined when that is not known. */
  resource: string | undefined;
  /** Where the form goes. */
  action: string;
  /** Why the last attempt did not count. */
  fault?: string;
}

/** Asks for the sign-in code. */
export const signInPage = ({ client, resource, action, fault }: SignInView): string =>
  renderPage({
    title: 'Sign in',
    content: html`<h1>Sign in</h1>
      <p>
        <strong>${client}</strong> wants to use <strong>${resource ?? 'an MCP server'}</strong>. Sign in to go
        on.
      </p>
      ${fault === undefined ? undefined : html`<p class="alert" role="alert" id="fault">${fault}</p>`}
      <form method="post" action="${action}">
        <label for="code">Sign-in code</label>
        <input
          type="text"
          id="code"
          name="code"
          required
          autofocus
          maxlength="128"
          autocomplete="one-time-code"
          autocapitalize="characters"
          autocorrect="off"
          spellcheck="false"
          aria-describedby="hint${fault === undefined ? '' : ' fault'}"
          aria-invalid="${fault === undefined ? 'false' : 'true'}"
        />
        <p class="soft" id="hint">
          It is shown where this gateway was started. If somebody else runs it, ask them.
        </p>
        <div class="buttons"><button type="submit" class="main">Sign in</button></div>
      </form>`,
  });

/** Stands where nobody can sign in yet. */
export const signInClosedPage = (address: string): string =>
  renderPage({
    title: 'Sign-in is not open yet',
    content: html`<h1>Sign-in is not open yet</h1>
      <p>
        This gateway has no sign-in code at the moment. Ask the person who runs it to open sign-in and to give
        you the code, then try again.
      </p>
      <div class="buttons"><a class="button main" href="${address}">Try again</a></div>`,
  });
