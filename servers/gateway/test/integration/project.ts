import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createdTokenSchema,
  gatewayStatusSchema,
  type CreatedToken,
  type GatewayFile,
  type GatewayService,
  type GatewayStatus,
  type Route,
  type StartMessage,
} from '@mcpgw/kit/contract';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import {
  ask,
  authRoute,
  LIMITS,
  routeTable,
  serviceRoutes,
  temporaryFolder,
  until,
} from '../unit/fixture.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const EVERYTHING = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
);

export const NATIVE = ['echo-stateless', 'echo-stateful'];
export const WRAPPED = 'everything';

/** The state folder of a project on a free port, and what one does with it. */
export class Project {
  readonly port: number;
  readonly stateDir: string;
  readonly file: string;
  readonly socket: string;
  readonly #remove: () => void;
  #process: ChildProcess | undefined;

  static async create(): Promise<Project> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    return new Project(port);
  }

  private constructor(port: number) {
    const { path, remove } = temporaryFolder();
    this.port = port;
    this.stateDir = path;
    this.#remove = remove;
    this.file = join(path, 'gateway.json');
    this.socket = join(path, 'run', 'admin.sock');
    this.select([...NATIVE, WRAPPED]);
    this.writeRoutes();
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Writes `gateway.json`: the named services run, the others are stopped. */
  select(names: string[], change: Partial<GatewayFile> = {}): void {
    const file: GatewayFile = {
      version: 1,
      port: this.port,
      stateDir: this.stateDir,
      logLevel: 'debug',
      auth: {
        identityProviders: ['local'],
        lifetimes: { accessToken: 900, refreshToken: 3600, authorizationCode: 60, session: 3600, client: 0 },
        registrationsPerMinute: 300,
      },
      services: [...NATIVE, WRAPPED].map((name) => this.#service(name, names.includes(name))),
      ...change,
    };
    this.write('gateway.json', JSON.stringify(file));
  }

  /** Writes `routes.json` for all services; the stateless echo sees the token, the others do not. */
  writeRoutes(change: (routes: Route[]) => Route[] = (routes) => routes): void {
    const services = [...NATIVE, WRAPPED].flatMap((name) =>
      serviceRoutes(this.port, name, name === 'echo-stateless' ? { token: 'diagnostic' } : {}),
    );
    const exact = ['/.well-known/oauth-authorization-server', '/token', '/register', '/jwks', '/revoke'];
    const auth = [
      ...exact.map((path) => authRoute(this.port, path)),
      authRoute(this.port, '/authorize', 'prefix'),
      authRoute(this.port, '/interaction', 'prefix'),
    ];
    this.write('routes.json', JSON.stringify(routeTable(this.port, change([...services, ...auth]))));
  }

  /** By rename, as the renderer does. */
  write(name: string, text: string): void {
    const path = join(this.stateDir, name);
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  }

  /** Starts the gateway as a process of its own, as `up` does, and waits for its word. */
  async spawn(...flags: string[]): Promise<{ process: ChildProcess; message: StartMessage }> {
    const started = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, this.file, ...flags],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        detached: true,
      },
    );
    this.#process = started;
    const [message] = (await once(started, 'message')) as [StartMessage];
    return { process: started, message };
  }

  async status(): Promise<GatewayStatus> {
    const answer = await ask(0, '/status', { socketPath: this.socket });
    return gatewayStatusSchema.parse(JSON.parse(answer.text));
  }

  /** Waits until services are in a state. */
  async settled(state: string, ...names: string[]): Promise<void> {
    await until(
      `${names.join(', ')} ${state}`,
      async () =>
        (await this.status()).services.every((it) => !names.includes(it.name) || it.state === state),
      15_000,
    );
  }

  async admin(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const headers = { 'Content-Type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body), headers };
    return ask(0, path, { method, socketPath: this.socket, ...text });
  }

  async token(services: string[], rest: { user?: string; ttl?: number } = {}): Promise<CreatedToken> {
    const answer = await this.admin('POST', '/tokens', { services, ttl: 600, ...rest });
    return createdTokenSchema.parse(JSON.parse(answer.text));
  }

  /** An official client that is connected to a service. */
  async client(service: string, token: string, headers: Record<string, string> = {}): Promise<Client> {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    const transport = new StreamableHTTPClientTransport(new URL(`${this.origin}/${service}/mcp`), {
      requestInit: { headers: { Authorization: `Bearer ${token}`, ...headers } },
    });
    await client.connect(transport);
    return client;
  }

  /** Status and challenge of a bare `ping` with this token. */
  async ping(
    service: string,
    token: string | undefined,
  ): Promise<{ status: number; challenge: string | undefined }> {
    const answer = await ask(this.port, `/${service}/mcp`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
    return { status: answer.status, challenge: answer.headers['www-authenticate'] };
  }

  async remove(): Promise<void> {
    const running = this.#process;
    if (running?.exitCode === null && running.signalCode === null) {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
    this.#remove();
  }

  #service(name: string, selected: boolean): GatewayService {
    const definition = { name, title: name, url: `${this.origin}/${name}/mcp` };
    if (!selected) return { ...definition, disposition: { state: 'stopped' } };
    if (name !== WRAPPED) {
      return { ...definition, disposition: { state: 'selected', run: { kind: 'native', limits: LIMITS } } };
    }
    return {
      ...definition,
      disposition: {
        state: 'selected',
        run: {
          kind: 'proxy',
          command: process.execPath,
          args: [EVERYTHING, 'stdio'],
          env: { PATH: process.env['PATH'] ?? '' },
          cwd: this.stateDir,
          userDirs: join(this.stateDir, 'data', name),
          isolation: 'session',
          arbitraryCode: false,
          spares: 0,
          limits: LIMITS,
        },
      },
    };
  }
}

/** Processes that live, with their parents. A zombie does not live: it only waits for its parent to hear of its end. */
export async function livingProcesses(): Promise<Map<number, number>> {
  const ps = spawn('ps', ['-A', '-o', 'pid=,ppid=,stat='], { stdio: ['ignore', 'pipe', 'inherit'] });
  let list = '';
  for await (const chunk of ps.stdout.setEncoding('utf8')) list += chunk as string;
  return new Map(
    list
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([pid, parent, state]) =>
        state?.startsWith('Z') === false ? [[Number(pid), Number(parent)]] : [],
      ),
  );
}
