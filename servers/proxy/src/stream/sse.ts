import type { ServerResponse } from 'node:http';

/** How long a client should wait before it comes back to a stream that broke, in ms. */
const RETRY_MS = 1_000;

/** Opens an SSE response; its headers leave at once, since some clients wait for them before anything else. */
export function openSse(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  response.socket?.setKeepAlive(true, 15_000);
}

/** @param text one line */
export const sseEvent = (id: string, text: string): string => `event: message\nid: ${id}\ndata: ${text}\n\n`;

/** An event without a message that tells the client where to resume (2025-11-25). */
export const ssePriming = (id: string): string => `id: ${id}\nretry: ${RETRY_MS}\ndata: \n\n`;

export const SSE_HEARTBEAT = ': keep-alive\n\n';
