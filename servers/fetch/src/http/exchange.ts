import { ToolError } from '@mcpgw/kit/mcp';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { openConnection, type GuardWorld } from '../guard/connect.ts';
import type { Target } from '../guard/url.ts';
import { BOUNDS, USER_AGENT } from '../options.ts';
import { ACCEPT_ENCODING, readBody, type Body } from './body.ts';

export interface Exchange {
  target: Target;
  method: 'GET' | 'POST' | 'HEAD';
  headers: ReadonlyMap<string, string>;
  body: string | undefined;
  /** How much of a body of this type is wanted; 0: none of it. */
  maxBytes: (status: number, headers: IncomingHttpHeaders) => number;
  onProgress: (received: number, total: number | undefined) => void;
}

export interface HttpResponse extends Body {
  status: number;
  headers: IncomingHttpHeaders;
}

/**
 * One request on a connection of its own, which ends with it. No agent is asked, so no proxy of the environment is either.
 * @throws Refusal, ToolError
 */
export async function exchange(
  wanted: Exchange,
  world: GuardWorld,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const socket = await openConnection(wanted.target, world, signal);
  try {
    const message = await send(wanted, socket, signal);
    const { headers, statusCode: status = 0 } = message;
    const maxBytes = wanted.method === 'HEAD' ? 0 : wanted.maxBytes(status, headers);
    if (maxBytes === 0) return { status, headers, bytes: Buffer.alloc(0), truncated: false };
    const total = Number(headers['content-length'] ?? NaN);
    const onProgress = (received: number): void =>
      wanted.onProgress(received, Number.isSafeInteger(total) ? total : undefined);
    const body = await readBody(message, { maxBytes, idleMs: BOUNDS.idleMs }, signal, onProgress);
    return { status, headers, ...body };
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

function send(
  { target, method, headers, body }: Exchange,
  socket: Awaited<ReturnType<typeof openConnection>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { url } = target;
  const deadline = setTimeout(() => reject(new ToolError(`${url.host} does not answer.`)), BOUNDS.headersMs);
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const outgoing = httpRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    insecureHTTPParser: false,
    maxHeaderSize: 32 * 1024,
    headers: {
      Host: url.host,
      'User-Agent': USER_AGENT,
      Accept:
        'text/html,application/xhtml+xml;q=0.9,text/markdown,text/plain,application/json;q=0.9,*/*;q=0.5',
      'Accept-Encoding': ACCEPT_ENCODING,
      Connection: 'close',
      ...(body !== undefined && {
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
      }),
      ...Object.fromEntries(headers),
    },
  });
  outgoing.once('response', resolve);
  outgoing.once('upgrade', () => reject(new ToolError(`${url.host} switches to another protocol.`)));
  outgoing.on('error', () =>
    reject(new ToolError(`${url.host} has broken the connection off, or does not speak HTTP.`)),
  );
  outgoing.end(body);
  return promise.finally(() => {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
  });
}
