import { IncomingMessage, type ServerResponse } from 'node:http';

/** Names that tell the library where it stands; only the issuer says that. */
const PLACE_HEADERS = [
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-for',
  'x-forwarded-proto',
];

/** The trace id of the request, for the library's hooks. Set at the door, whatever the client sends under this name. */
export const TRACE_HEADER = 'x-trace-id';

export interface Rewrite {
  traceId: string;
  /** Path and query, when they change. */
  url?: string;
  /** The body, when it was read here. */
  body?: string;
  contentType?: string;
}

export type Forward = (request: IncomingMessage, response: ServerResponse, rewrite: Rewrite) => void;

/**
 * Hands requests to the library as it is to see them. Scheme and host come from the issuer, because the library builds
 * every URL from them: neither `Host` nor `X-Forwarded-*` may decide where clients send their codes.
 */
export function createForward(
  issuer: string,
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Forward {
  const { host, protocol } = new URL(issuer);
  const place = { host, 'x-forwarded-proto': protocol.slice(0, -1) };
  return (request, response, rewrite) => void handle(rewriteRequest(request, place, rewrite), response);
}

/** A request with the same socket; the library reads its body anew from here. */
function rewriteRequest(
  original: IncomingMessage,
  place: Record<string, string>,
  { traceId, url, body, contentType }: Rewrite,
): IncomingMessage {
  const request = new IncomingMessage(original.socket);
  const headers = { ...original.headers };
  for (const name of [...PLACE_HEADERS, 'transfer-encoding', 'content-length'])
    Reflect.deleteProperty(headers, name);
  request.method = original.method ?? 'GET';
  request.url = url ?? original.url ?? '/';
  request.httpVersion = original.httpVersion;
  request.headers = {
    ...headers,
    ...place,
    [TRACE_HEADER]: traceId,
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...(contentType !== undefined && { 'content-type': contentType }),
  };
  if (body !== undefined) request.push(body);
  request.push(null);
  request.complete = true;
  return request;
}
