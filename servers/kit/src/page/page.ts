import { html, type Html } from './html.ts';
import { STYLE_ELEMENT, styleSource } from './style.ts';

export interface Page {
  title: string;
  content: Html;
  /** Where the browser goes on by itself. */
  next?: string;
  /** Under which the log tells more. */
  traceId?: string;
}

const GATE = 'M4 20V7a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3v13M9 20v-6a3 3 0 0 1 6 0v6';

const MARK = html`<svg
  width="20"
  height="20"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="2.2"
  stroke-linecap="round"
  aria-hidden="true"
>
  <path d="${GATE}" />
</svg>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#5468e0" stroke-width="2.4" stroke-linecap="round"><path d="${GATE}"/></svg>`,
)}`;

/** A page that needs nothing but itself: no script, no other file. */
export const renderPage = ({ title, content, next, traceId }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${next === undefined ? undefined : html`<meta http-equiv="refresh" content="0; url=${next}" />`}
        <title>${title} · mcpgw</title>
        <link rel="icon" href="${ICON}" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>${MARK}mcpgw <span>MCP gateway</span></header>
        <main>${content}</main>
        ${
          traceId &&
          html`<footer>
            <p>If you ask for help, give this number: <code>${traceId}</code></p>
          </footer>`
        }
      </body>
    </html> `.text;

/**
 * Headers of every page. Forms go to this origin only: what leads back to the client is no answer to a form but a page of
 * its own (servers/auth, pages/leaving.ts), because Chromium holds `form-action` against every redirect that follows a form.
 * Not `no-referrer`: with it, browsers send `Origin: null` with the forms.
 */
export const pageHeaders = () => ({
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${styleSource()}`,
    'img-src data:',
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
});
