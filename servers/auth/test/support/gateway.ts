import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog, traceId } from '@mcpgw/kit';
import type { Lifetimes, McpRoute, RouteTable } from '@mcpgw/kit/contract';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { createAuth, type AuthModule, type AuthOptions } from '../../src/index.ts';

export const SIGN_IN_CODE = 'ABCD-EFGH-JKLM';

export const LIFETIMES: Lifetimes = {
  accessToken: 900,
  refreshToken: 14 * 86_400,
  authorizationCode: 60,
  session: 86_400,
  client: 90 * 86_400,
};

/** An authorization server on a port of its own, as the gateway would host it. */
export interface TestGateway {
  issuer: string;
  port: number;
  auth: AuthModule;
  databaseFile: string;
  /** Looks into the database. */
  query(sql: string): Record<string, unknown>[];
  /** Removes what has expired, as the module does from time to time. */
  sweep(): Promise<void>;
  lifetimes: Lifetimes;
  /** What was logged, one object a line. */
  lines: Record<string, unknown>[];
  /** The resource of a service. */
  resource(service: string): string;
  /** Replaces the route table. */
  serve(...services: string[]): void;
  /** Asks the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** Ends the module and starts it anew on the same port, database and keys. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestGatewayOptions extends Partial<
  Pick<AuthOptions, 'lifetimes' | 'registrationsPerMinute' | 'now' | 'fetch' | 'issuer'>
> {
  services?: string[];
  /** The sign-in code is not set. */
  closed?: boolean;
}

export const mcpRoute = (issuer: string, service: string, scopes: string[] = []): McpRoute => {
  const { port } = new URL(issuer);
  const url = `${issuer}/${service}/mcp`;
  return {
    kind: 'mcp',
    id: service,
    service,
    title: `The ${service} server`,
    url,
    resource: url,
    aliases: ['127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}/${service}/mcp`),
    metadataUrl: `${issuer}/.well-known/oauth-protected-resource/${service}/mcp`,
    auth: true,
    scope: 'mcp',
    scopes: ['mcp', ...scopes],
    token: 'strip',
    upstreams: [`inprocess:${service}`],
    policy: [],
  };
};

const table = (issuer: string, services: string[]): RouteTable => ({
  version: 1,
  issuer,
  origins: [issuer],
  corsOrigins: [],
  routes: services.map((name) => mcpRoute(issuer, name, name === 'echo' ? ['echo:write'] : [])),
});

export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgw-auth-'));
  const lines: Record<string, unknown>[] = [];
  const log = createLog('auth', 'debug', {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const databaseFile = join(folder, 'data', 'auth.sqlite');
  let auth: AuthModule | undefined;
  const server = createServer((request, response) => auth?.handler(request, response));
  const adminServer = createServer((request, response) => {
    if (auth?.admin(request, response) !== true) response.writeHead(404).end(traceId(request.headers));
  });
  const port = await listen(server);
  const adminPort = await listen(adminServer);
  const issuer = options.issuer ?? `http://localhost:${port}`;
  let routes = table(issuer, options.services ?? ['echo', 'memory']);

  const start = async (): Promise<void> => {
    auth = createAuth({
      lifetimes: LIFETIMES,
      registrationsPerMinute: 1000,
      ...options,
      issuer,
      databaseFile,
      keysFile: join(folder, 'data', 'keys.json'),
      identityProviders: ['local'],
      routes: () => routes,
      log,
    });
    await auth.ready;
  };
  const admin = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`http://127.0.0.1:${adminPort}${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  await start();
  if (!options.closed) await admin('PUT', '/sign-in-code', { code: SIGN_IN_CODE });

  return {
    issuer,
    port,
    databaseFile,
    query: (sql) => {
      const database = new DatabaseSync(databaseFile, { readOnly: true });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
    sweep: async () => {
      const store = openSqliteStore({ file: databaseFile, now: options.now ?? Date.now });
      await store.sweep();
      await store.close();
    },
    lifetimes: options.lifetimes ?? LIFETIMES,
    lines,
    admin,
    get auth() {
      if (auth === undefined) throw new Error('not started');
      return auth;
    },
    resource: (service) => `${issuer}/${service}/mcp`,
    serve: (...services) => {
      routes = table(issuer, services);
    },
    restart: async () => {
      await auth?.close(1000);
      await start();
    },
    close: async () => {
      await auth?.close(100);
      for (const it of [server, adminServer]) {
        it.closeAllConnections();
        await new Promise((resolve) => it.close(resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}
