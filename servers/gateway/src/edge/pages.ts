import { html, pageHeaders, renderPage, send } from '@mcpgw/kit';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Whether a person looks at it with a browser. */
export const isBrowser = (request: IncomingMessage): boolean =>
  request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');

/** A page of plain text for a person who has opened an address that is meant for programs. */
export function sendPage(
  response: ServerResponse,
  status: number,
  page: { title: string; paragraphs: string[] },
  headers: OutgoingHttpHeaders = {},
): void {
  const content = html`<h1>${page.title}</h1>
    ${page.paragraphs.map((text) => html`<p>${text}</p>`)}`;
  const { 'Content-Type': contentType, ...rest } = pageHeaders();
  send(response, status, contentType, renderPage({ title: page.title, content }), { ...rest, ...headers });
}
