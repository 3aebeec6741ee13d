import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog, traceId } from '@mcpgw/kit';
import type { Lifetimes, McpRoute, RouteTable } from '@mcpgw/kit/contract';
import { tempDir } from '../../../../test/support/temp-dir.ts';
import { createAuth, type AuthModule, type AuthOptions } from '../../src/index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

export const SIGN_IN_CODE = 'ABCD-EFGH-JKLM';

export const LIFETIMES: Lifetimes = {
  accessToken: 900,
  refreshToken: 14 * 86_400,
  authorizationCode: 60,
  session: 86_400,
  client: 90 * 86_400,
};

export interface TestGatewayOptions extends Partial<
  Pick<AuthOptions, 'lifetimes' | 'registrationsPerMinute' | 'now' | 'fetch'>
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

/** An authorization server on a port of its own, as the gateway would host it. */
export class TestGateway {
  readonly issuer: string;
  readonly port: number;
  readonly databaseFile: string;
  /** What was logged, one object a line. */
  readonly lines: Record<string, unknown>[] = [];
  readonly #folder = tempDir();
  readonly #options: TestGatewayOptions;
  readonly #server: Server;
  readonly #adminServer: Server;
  #routes: RouteTable;
  #auth: AuthModule | undefined;

  private constructor(options: TestGatewayOptions, server: Server, adminServer: Server) {
    this.#options = options;
    this.#server = server;
    this.#adminServer = adminServer;
    this.port = portOf(server);
    this.issuer = `http://localhost:${this.port}`;
    this.databaseFile = join(this.#folder.path, 'data', 'auth.sqlite');
    this.#routes = table(this.issuer, options.services ?? ['echo', 'memory']);
    server.on('request', (request, response) => this.auth.handler(request, response));
    adminServer.on('request', (request, response) => {
      if (!this.auth.admin(request, response)) response.writeHead(404).end(traceId(request.headers));
    });
  }

  static async start(options: TestGatewayOptions): Promise<TestGateway> {
    const gateway = new TestGateway(options, await listen(), await listen());
    await gateway.#open();
    if (options.closed !== true) await gateway.admin('PUT', '/sign-in-code', { code: SIGN_IN_CODE });
    return gateway;
  }

  get auth(): AuthModule {
    if (this.#auth === undefined) throw new Error('the module is not there');
    return this.#auth;
  }

  /** The resource of a service. */
  resource(service: string): string {
    return `${this.issuer}/${service}/mcp`;
  }

  /** Replaces the route table. */
  serve(...services: string[]): void {
    this.#routes = table(this.issuer, services);
  }

  /** Asks the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`http://127.0.0.1:${portOf(this.#adminServer)}${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  }

  /** Looks into the database. */
  query(sql: string): Record<string, unknown>[] {
    const database = new DatabaseSync(this.databaseFile, { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  /** Works on the same data, past the module. */
  async inStore(work: (store: Store) => Promise<void>): Promise<void> {
    const store = openSqliteStore({ file: this.databaseFile, now: this.#options.now ?? Date.now });
    await work(store);
    await store.close();
  }

  /** Ends the module and starts it anew on the same port, database and keys. */
  async restart(): Promise<void> {
    await this.auth.close(1000);
    await this.#open();
  }

  async close(): Promise<void> {
    await this.auth.close(100);
    for (const server of [this.#server, this.#adminServer]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    this.#folder.remove();
  }

  async #open(): Promise<void> {
    const { lines } = this;
    this.#auth = createAuth({
      lifetimes: LIFETIMES,
      registrationsPerMinute: 1000,
      ...this.#options,
      issuer: this.issuer,
      databaseFile: this.databaseFile,
      keysFile: join(this.#folder.path, 'data', 'keys.json'),
      identityProviders: ['local'],
      routes: () => this.#routes,
      log: createLog('auth', 'debug', {
        write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
      }),
    });
    await this.#auth.ready;
  }
}

export const startGateway = (options: TestGatewayOptions = {}): Promise<TestGateway> =>
  TestGateway.start(options);

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
