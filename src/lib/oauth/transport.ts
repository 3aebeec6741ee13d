import { send, type HttpAnswer } from './http.ts';

/** A request of the OAuth client; bodies are JSON or forms, as `content-type` says. */
export interface OAuthRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** How the OAuth client reaches servers: injected, so that a caller can watch, redact and bound it. */
export type Transport = (request: OAuthRequest) => Promise<HttpAnswer>;

export interface TransportOptions {
  timeoutMs: number;
  ca?: string;
  signal?: AbortSignal;
}

const MAX_DOCUMENT = 256 * 1024;
const MAX_REDIRECTS = 3;

/** The transport over HTTP. Follows no redirect. */
export const httpTransport =
  (options: TransportOptions): Transport =>
  (request) =>
    send({ ...options, ...request, maxBytes: MAX_DOCUMENT });

/** GETs a document, through redirects on the same origin. */
export async function getDocument(
  transport: Transport,
  url: string,
): Promise<{ url: string; answer: HttpAnswer }> {
  const headers = { accept: 'application/json' };
  let at = url;
  let answer = await transport({ method: 'GET', url: at, headers });
  for (let count = 0; count < MAX_REDIRECTS && answer.status >= 300 && answer.status < 400; count += 1) {
    const location = answer.headers['location'];
    const next = location === undefined ? undefined : URL.parse(location, at);
    if (next?.origin !== new URL(at).origin) break;
    at = next.href;
    answer = await transport({ method: 'GET', url: at, headers });
  }
  return { url: at, answer };
}

/** The body as a JSON object; undefined when it is none. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
