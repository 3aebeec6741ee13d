import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A refusal outside JSON-RPC, in the form OAuth clients read (RFC 6749 section 5.2). */
export interface ErrorBody {
  error: string;
  error_description: string;
  trace_id: string;
}

/**
 * @param error a stable word, such as `invalid_token`
 * @param description what happened and what to do next, in full sentences
 * @param traceId the same id as in the log
 */
export const errorBody = (error: string, description: string, traceId: string): ErrorBody => ({
  error,
  error_description: description,
  trace_id: traceId,
});

/** Answers with JSON. Does nothing once the headers are out or the client is gone. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  send(response, status, 'application/json', JSON.stringify(body), headers);
}

/** Answers with a text that is ready. Does nothing once the headers are out or the client is gone. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
