import { createLog, listen, type Listener } from '@mcpgw/kit';
import type { GatewayService, Limits, McpRoute, Route, RouteTable } from '@mcpgw/kit/contract';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const silent = createLog('test', 'silent');

export const LIMITS: Limits = {
  bodyBytes: 4_194_304,
  lineBytes: 8_388_608,
  inFlight: 64,
  queuedBytes: 16_777_216,
  requestMs: 30_000,
  sessions: 100,
  sessionsPerUser: 20,
  sessionIdleMs: 600_000,
  sessionMaxMs: 3_600_000,
  startMs: 10_000,
};

/** The routes of one service on the local target. */
export function serviceRoutes(port: number, service: string, rest: Partial<McpRoute> = {}): Route[] {
  const issuer = `http://localhost:${port}`;
  const url = `${issuer}/${service}/mcp`;
  const metadataUrl = `${issuer}/.well-known/oauth-protected-resource/${service}/mcp`;
  return [
    {
      kind: 'mcp',
      id: service,
      url,
      service,
      title: `The <${service}>`,
      resource: url,
      aliases: [],
      metadataUrl,
      auth: true,
      scope: 'mcp',
      scopes: ['mcp'],
      token: 'strip',
      upstreams: [`inprocess:${service}`],
      policy: [],
      ...rest,
    },
    {
      kind: 'protected-resource-metadata',
      id: `${service}.metadata`,
      url: metadataUrl,
      describes: service,
      auth: false,
    },
  ];
}

export function routeTable(port: number, routes: Route[]): RouteTable {
  return {
    version: 1,
    issuer: `http://localhost:${port}`,
    origins: ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`),
    corsOrigins: ['https://app.example'],
    routes,
  };
}

export const authRoute = (port: number, path: string, match: 'exact' | 'prefix' = 'exact'): Route => ({
  kind: 'authorization-server',
  id: `as${path.replaceAll('/', '.')}`,
  url: `http://localhost:${port}${path}`,
  match,
  auth: false,
});

export const stopped = (name: string): GatewayService => ({
  name,
  title: name,
  url: `http://localhost:8080/${name}/mcp`,
  disposition: { state: 'stopped' },
});

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One request with exactly these headers; `fetch` would add and forbid some. */
export async function ask(
  port: number,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string | string[]>;
    body?: string;
    socketPath?: string;
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, socketPath } = options;
  const where = socketPath === undefined ? { host: '127.0.0.1', port } : { socketPath };
  const sent = request({
    ...where,
    path,
    method,
    headers: { Host: `localhost:${port}`, ...headers },
    agent: false,
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Serves a handler that is made once the port is known. */
export async function serve(create: (port: number) => RequestListener): Promise<Listener> {
  const made = Promise.withResolvers<RequestListener>();
  const listener = await listen((...exchange) => void made.promise.then((handler) => handler(...exchange)), {
    address: { host: '127.0.0.1', port: 0 },
    log: silent,
  });
  made.resolve(create(listener.port));
  return listener;
}

/** A temporary folder and what removes it. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'mcpgw-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Waits for a condition, looking often; fails after two seconds with the words given. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 2000,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
