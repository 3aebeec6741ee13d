import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { host, LIMITS, nativeOptions, CLIENTS, type Hosted, type TestClient } from '../../../kit/test/support/native.ts';
import { createFetch, type FetchOptions } from '../../src/index.ts';

/** A web server on every loopback address, IPv4 and IPv6, that counts what reaches it. */
export interface TestWeb {
  port: number;
  /** Requests that have reached it, `METHOD host path`. */
  hits: string[];
  /** Connections that have been opened to it, also those that sent nothing. */
  connections: () => number;
  close(): Promise<void>;
}

export async function startWeb(listener: RequestListener): Promise<TestWeb> {
  const hits: string[] = [];
  let connections = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    hits.push(`${request.method ?? ''} ${request.headers.host ?? ''} ${request.url ?? ''}`);
    listener(request, response);
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '::');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hits,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface TestFetch {
  hosted: Hosted;
  client: TestClient;
  close(): Promise<void>;
}

/** The fetch server and a client of it. robots.txt is left alone unless a test says otherwise. */
export async function startFetch(options: Partial<FetchOptions>, client = CLIENTS[2]): Promise<TestFetch> {
  const hosted = await host(() => createFetch({ ...nativeOptions({ limits: LIMITS }), robots: false, ...options }));
  const connected = await client!.connect(hosted.url, {});
  return {
    hosted,
    client: connected,
    close: async () => {
      await connected.close();
      await hosted.close();
    },
  };
}
