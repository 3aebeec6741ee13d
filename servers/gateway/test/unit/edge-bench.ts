import { readIdentity, sendJson, type Identity, type Listener } from '@mcpgw/kit';
import type { RouteTable } from '@mcpgw/kit/contract';
import type { Decision } from '@mcpgw/verify';
import type { IncomingMessage } from 'node:http';
import { createEdge, type EdgeOptions } from '../../src/edge/edge.ts';
import { ask, authRoute, routeTable, serve, serviceRoutes, silent, type Answer } from './fixture.ts';

/** The token that passes. */
export const good = { Authorization: 'Bearer good' };

const IDENTITY: Identity = {
  userId: 'local:owner',
  userName: 'Owner',
  clientId: 'client-1',
  scopes: ['mcp'],
  allowedTools: undefined,
};

/** Lets the token `good` pass, after a turn of the event loop where asked; sends everybody else away. */
export const verify = (later: boolean): EdgeOptions['verify'] => ({
  check: (_route, headers, resourceMetadata) => {
    const decision: Decision =
      headers.authorization === good.Authorization
        ? { allowed: true, identity: IDENTITY }
        : {
            allowed: false,
            status: 401,
            headers: { 'WWW-Authenticate': `Bearer resource_metadata="${resourceMetadata}", scope="mcp"` },
            body: '{"error":"unauthorized"}',
          };
    return later ? new Promise((resolve) => setImmediate(resolve, decision)) : decision;
  },
});

/** An edge on a real port, before an authorization server and two services that repeat what they are given. */
export class EdgeBench {
  readonly listener: Listener;
  table: RouteTable;
  options: EdgeOptions;
  /** What a service was given last. */
  seen: { request: IncomingMessage; body: string } | undefined;

  static async open(): Promise<EdgeBench> {
    const { promise: made, resolve } = Promise.withResolvers<EdgeBench>();
    const listener = await serve(() => (request, response) => {
      void made.then((bench) => createEdge(bench.options)(request, response));
    });
    const bench = new EdgeBench(listener);
    resolve(bench);
    return bench;
  }

  private constructor(listener: Listener) {
    const { port } = listener;
    this.listener = listener;
    this.table = routeTable(port, [
      ...serviceRoutes(port, 'echo'),
      ...serviceRoutes(port, 'diagnostic', { token: 'diagnostic' }),
      authRoute(port, '/token'),
      authRoute(port, '/interaction/', 'prefix'),
    ]);
    this.options = {
      routes: () => this.table,
      verify: verify(false),
      auth: (request, response) => sendJson(response, 200, { auth: request.url }),
      service: () => (request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        request.on('end', () => {
          this.seen = { request, body };
          sendJson(response, 200, { url: request.url, identity: readIdentity(request) });
        });
      },
      log: silent,
    };
  }

  get(path: string, headers: Record<string, string | string[]> = {}, method = 'GET'): Promise<Answer> {
    return ask(this.listener.port, path, { headers, method });
  }

  close(): Promise<void> {
    return this.listener.close(0);
  }
}
