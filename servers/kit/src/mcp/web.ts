import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The web-standard form of a Node request, without its body, which is read and parsed once elsewhere.
 * @param signal ends the exchange
 */
export function toWebRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  // Not from rawHeaders: what the edge has removed still stands there.
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const url = URL.parse(request.url ?? '/', 'http://localhost') ?? 'http://localhost/';
  return new Request(url, { method: request.method ?? 'GET', headers, signal });
}

/**
 * Writes a web-standard response, a stream with back-pressure.
 * @param signal aborted when the client is gone: the stream's source is cancelled
 */
export async function writeWebResponse(
  source: Response,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const headers = Object.fromEntries(source.headers);
  if (source.headers.get('content-type')?.startsWith('text/event-stream') && source.body) {
    response.writeHead(source.status, headers);
    await pump(source.body, response, signal);
    return;
  }
  const body = Buffer.from(await source.arrayBuffer());
  response.writeHead(source.status, {
    'Cache-Control': 'no-store',
    ...headers,
    ...(source.status !== 202 && { 'Content-Length': body.byteLength }),
  });
  response.end(body);
}

async function pump(
  body: ReadableStream<Uint8Array>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    response.flushHeaders();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (!response.write(chunk.value)) await once(response, 'drain', { signal });
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    response.end();
  }
}
