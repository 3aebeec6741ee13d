import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from './log.ts';

export interface ListenOptions {
  /** An address, or the path of a Unix socket. */
  address: { host: string; port: number } | { path: string };
  /** Told of errors of the listening socket, such as too many open files. */
  log: Log;
  /** Connections at a time. */
  maxConnections?: number;
}

export interface Listener {
  /** The TCP port that was bound; 0 on a Unix socket. */
  readonly port: number;
  /**
   * Stops accepting, ends idle connections at once and every other one after `graceMs`. Safe to call twice.
   */
  close(graceMs: number): Promise<void>;
}

/** How often connections are looked at: for their deadlines, and for idleness while closing. Milliseconds. */
const CHECK_MS = 2000;
const CLOSING_CHECK_MS = 50;

/**
 * An HTTP server whose every wait has a bound but that of a response in progress, which may be a stream.
 * @param handler never throws
 * @throws the system's error when it cannot bind (`EADDRINUSE`, `EACCES`, …)
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  let closing: Promise<void> | undefined;
  /** Connections that have asked for nothing yet, as browsers open ahead of need; Node does not count them as idle. */
  const silent = new Set<Socket>();
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: CHECK_MS,
      // Above the 90 s for which Go's clients, Traefik's among them, keep an idle connection.
      keepAliveTimeout: 95_000,
      maxHeaderSize: 32 * 1024,
      // A second Host or Authorization then makes the first one invalid, instead of vanishing.
      joinDuplicateHeaders: true,
      noDelay: true,
    },
    (request, response) => {
      silent.delete(request.socket);
      if (closing) response.setHeader('Connection', 'close');
      handler(request, response);
    },
  );
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.maxHeadersCount = 200;
  server.maxConnections = options.maxConnections ?? 4096;

  const { promise: bound, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(options.address, () => resolve(undefined));
  await bound;
  server
    .off('error', reject)
    .on('error', (error) => options.log.error({ err: error }, 'cannot accept a connection'));
  const address = server.address() as AddressInfo | string;

  const close = (graceMs: number): Promise<void> => {
    const { promise: closed, resolve: done } = Promise.withResolvers<undefined>();
    const idle = setInterval(() => server.closeIdleConnections(), CLOSING_CHECK_MS);
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      done(undefined);
    });
    server.closeIdleConnections();
    for (const socket of silent) socket.destroy();
    return closed;
  };

  return {
    port: typeof address === 'string' ? 0 : address.port,
    close: (graceMs) => (closing ??= close(graceMs)),
  };
}
