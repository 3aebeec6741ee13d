import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Injector {
  url: string;
  close(): Promise<void>;
}

export interface InjectorOptions {
  /** The MCP endpoint. */
  target: string;
  token?: string;
  ca?: string;
}

/**
 * A listener on loopback in front of a target that adds the token, because the official suite cannot send one.
 * Bodies and streams pass untouched. Its own name in Host and Origin becomes the target's; any other one is passed on,
 * so that tests of foreign names reach the target.
 */
export async function startInjector(options: InjectorOptions): Promise<Injector> {
  const target = new URL(options.target);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Who does not know the path cannot use the token.
  const secret = `/${randomUUID()}`;
  const own = new URL(`http://localhost:${port}${secret}${target.pathname}${target.search}`);
  server.on('request', (request, response) => {
    if (request.url?.startsWith(`${secret}/`) === true) {
      request.url = request.url.slice(secret.length);
      forward(request, response, own, target, options);
    } else response.writeHead(404).end();
  });
  return {
    url: own.href,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  own: URL,
  target: URL,
  { token, ca }: InjectorOptions,
): void {
  const { host, origin, ...headers } = request.headers;
  delete headers.connection;
  const names = [own.host, own.host.replace('localhost', '127.0.0.1')];
  const ours = (name: string): boolean => names.includes(name);
  const url = new URL(request.url ?? '/', target);
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const upstream = send(url, {
    method: request.method ?? 'GET',
    agent: false,
    headers: {
      ...headers,
      host: host === undefined || ours(host) ? target.host : host,
      ...(origin === undefined
        ? {}
        : { origin: ours(origin.replace('http://', '')) ? target.origin : origin }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(ca === undefined ? {} : { ca }),
  });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}
