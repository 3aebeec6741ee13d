import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { cli, cliJson, describeResult, type CliOptions, type CliResult } from '../cli.ts';
import { freePort } from '../free-port.ts';
import { ROOT } from '../paths.ts';

/** The document of `status --json` and the last one of `up --json`. */
export interface Status {
  target: string;
  ready: boolean;
  url: string;
  issuer: string;
  signIn: { code: string; expiresAt: string | null };
  services: { name: string; state: string; url: string; since: string; restarts: number; error?: string }[];
}

/** Where all end-to-end tests run, one after the other: installing the packages of the services takes long. */
const SHARED = join(ROOT, 'node_modules', '.cache', 'e2e');

/** A scaffolded project and the commands that work in it. */
export class Project {
  readonly root: string;
  readonly port: number;

  private constructor(root: string, port: number) {
    this.root = root;
    this.port = port;
  }

  /** The shared folder, as `mcpgw init --yes` makes it; nothing is left of the test before but installed packages. */
  static async fresh(): Promise<Project> {
    if (existsSync(join(SHARED, 'mcpgw.yaml'))) await cli(['down', '--project', SHARED]);
    emptyBut(join(SHARED, '.mcpgw'), 'packages');
    emptyBut(SHARED, '.mcpgw');
    return Project.at(SHARED);
  }

  /** Scaffolds a project in a folder of the test's own. Its services, `--services`, install their packages anew. */
  static async at(root: string, ...args: string[]): Promise<Project> {
    const port = await freePort();
    mkdirSync(root, { recursive: true });
    const result = await cli(['init', root, '--yes', '--port', String(port), ...args], { timeout: 300_000 });
    if (result.code !== 0) throw new Error(`mcpgw init: ${describeResult(result)}`);
    return new Project(root, port);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** The MCP endpoint of a service. */
  mcpUrl(service: string): URL {
    return new URL(`/${service}/mcp`, this.url);
  }

  cli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
    return cli([...args, '--project', this.root], options);
  }

  /** Runs a command under `--json`; fails when its exit code is not 0. */
  json<T>(args: readonly string[], options?: CliOptions): Promise<T> {
    return cliJson<T>([...args, '--project', this.root], options);
  }

  /** Starts the gateway in the background and waits until every service has settled. */
  up(...args: string[]): Promise<Status> {
    return this.json<Status>(['up', '--detach', ...args], { timeout: 300_000 });
  }

  /** Stops the gateway; all is well when it does not run. */
  async down(): Promise<void> {
    await this.cli(['down']);
  }

  /** What the admin API answers to a GET. */
  async admin<T>(path: string): Promise<T> {
    const socketPath = join(this.root, '.mcpgw', 'run', 'admin.sock');
    const sent = request({ socketPath, path }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return (await json(response)) as T;
  }

  /** A token from the command line, by default for every enabled service. */
  async token(...args: string[]): Promise<string> {
    const result = await this.cli(['token', 'create', ...args]);
    if (result.code !== 0) throw new Error(`mcpgw token create: ${describeResult(result)}`);
    return result.stdout.trim();
  }
}

function emptyBut(folder: string, kept: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name !== kept) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
