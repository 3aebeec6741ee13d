import { send } from '@mcpgw/kit';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Whether a person looks at it with a browser. */
export const isBrowser = (request: IncomingMessage): boolean =>
  request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');

/** A page of plain text that follows the browser's light or dark theme and loads nothing. */
export function sendPage(
  response: ServerResponse,
  status: number,
  page: { title: string; paragraphs: string[] },
  headers: OutgoingHttpHeaders = {},
): void {
  const title = escapeHtml(page.title);
  const body = page.paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<h1>${title}</h1>
${body}
</html>
`;
  send(response, status, 'text/html; charset=utf-8', html, {
    'Content-Security-Policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    ...headers,
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
