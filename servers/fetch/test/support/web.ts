import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { CLIENTS, LIMITS, host, nativeOptions, type TestClient } from '../../../kit/test/support/native.ts';
import { createFetch, type FetchOptions } from '../../src/index.ts';

/** A web server on every loopback address, IPv4 and IPv6, that counts what reaches it. */
export interface TestWeb {
  port: number;
  /** Requests that have reached it, `METHOD path`. */
  hits: string[];
  /** Connections that have been opened to it, also those that sent nothing. */
  connections: () => number;
  /** Connections that are open now. */
  open: () => number;
  close(): Promise<void>;
}

export async function startWeb(listener: RequestListener, tls?: ServerOptions): Promise<TestWeb> {
  const hits: string[] = [];
  let connections = 0;
  let open = 0;
  const counting: RequestListener = (request, response) => {
    hits.push(`${request.method ?? ''} ${request.url ?? ''}`);
    listener(request, response);
  };
  const server = tls ? createTlsServer(tls, counting) : createServer(counting);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  server.listen(0, '::');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hits,
    connections: () => connections,
    open: () => open,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface TestFetch {
  client: TestClient;
  /** One more client, with the headers of the edge for a caller. */
  connect: (headers: Record<string, string>) => Promise<TestClient>;
  close(): Promise<void>;
}

/** The fetch server and a client of it. robots.txt is left alone unless a test says otherwise. */
export async function startFetch(options: Partial<FetchOptions>): Promise<TestFetch> {
  const hosted = await host(() =>
    createFetch({ ...nativeOptions({ limits: LIMITS }), robots: false, ...options }),
  );
  const [, , modern] = CLIENTS;
  const clients: TestClient[] = [];
  const connect = async (headers: Record<string, string>): Promise<TestClient> => {
    const client = await modern!.connect(hosted.url, headers);
    clients.push(client);
    return client;
  };
  return {
    client: await connect({}),
    connect,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await hosted.close();
    },
  };
}

/** Everything called `web.test`, and `other.test`, is the test's own web server. */
export const opened = (web: TestWeb): Pick<FetchOptions, 'access' | 'world'> => ({
  access: { internal: [`web.test:${web.port}`, `other.test:${web.port}`] },
  world: { resolve: () => Promise.resolve(['127.0.0.1']) },
});
