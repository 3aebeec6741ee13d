import { html, renderPage } from '@mcpgw/kit';

/**
 * Takes a browser back to the client. A redirect would do but for Chromium, which refuses redirects of a form to other
 * origins than `form-action` names, and counts those of the client's own callback; and which leaves the last page in place
 * when an app takes the answer.
 * @param location the client's redirect URI with the answer
 */
export const leavingPage = (location: string): string =>
  renderPage({
    title: 'Going back to your app',
    next: location,
    content: html`<h1>Going back to your app</h1>
      <p>You can close this window once your app has gone on.</p>
      <div class="buttons"><a class="button main" href="${location}">Go back now</a></div>`,
  });
