import type { Log } from '@mcpgw/kit';
import type { GatewayStatus, RouteTable } from '@mcpgw/kit/contract';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listenAdmin } from './admin.ts';
import { Authority } from './authority.ts';
import { followConfiguration, readConfiguration } from './configuration.ts';
import { createEdge } from './edge/edge.ts';
import { takeLock } from './lock.ts';
import { Logs } from './logs.ts';
import { createModuleFactory } from './modules.ts';
import { watchPresence } from './presence.ts';
import { listenPublic } from './public-listeners.ts';
import { Services } from './services.ts';

/** What calls in flight may take when the gateway stops, or when a service leaves. Milliseconds. */
const GRACE_MS = 3000;

export interface GatewayOptions {
  /** Path of `gateway.json`; `routes.json` stands beside it. */
  file: string;
  version: string;
  /** Called when the admin API is asked to stop the gateway; whoever owns it then closes it. */
  onShutdown: () => void;
}

export interface Gateway {
  readonly url: string;
  readonly log: Log;
  /** Stops accepting, finishes what is in flight within 3 s and ends everything. Safe to call twice. */
  close(): Promise<void>;
}

/** What has been made so far, and how each part is ended. */
type Owned = ((graceMs: number) => Promise<void> | void)[];

/**
 * Starts the local target: authorization server, verify, services and the edge before them, in this process.
 * @returns once the public port and the admin socket answer; services may still be starting
 * @throws StartFailure, or what `toStartFailure` makes one of; nothing is left behind then
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const project: Owned = [];
  const traffic: Owned = [];
  /** What carries traffic ends together, so that the grace counts once; then what it stood on, newest first. */
  const end = async (graceMs: number): Promise<void> => {
    await Promise.allSettled(traffic.map((close) => Promise.resolve(close(graceMs))));
    for (const close of project.toReversed()) await close(graceMs);
  };
  let ended: Promise<void> | undefined;
  try {
    const started = await start(options, project, traffic);
    const close = async (): Promise<void> => {
      started.log.info('stopping');
      await end(GRACE_MS);
    };
    return { ...started, close: () => (ended ??= close()) };
  } catch (error) {
    await end(0);
    throw error;
  }
}

async function start(
  options: GatewayOptions,
  project: Owned,
  traffic: Owned,
): Promise<Pick<Gateway, 'url' | 'log'>> {
  const { file, version } = options;
  let configuration = readConfiguration(file);
  const routes = (): RouteTable => configuration.routes;
  const { port, stateDir, logLevel } = configuration.gateway;
  const run = makeFolder(stateDir, 'run');
  const data = makeFolder(stateDir, 'data');
  const logs = new Logs(makeFolder(stateDir, 'logs'), logLevel);

  project.push(takeLock(join(run, 'lock')));
  project.push(() => logs.close());
  const log = logs.get('gateway');

  const authority = await Authority.start(configuration.gateway.auth, {
    folder: data,
    routes,
    log: { auth: logs.get('auth', 'gateway'), verify: logs.get('verify', 'gateway') },
  });
  traffic.push((graceMs) => authority.close(graceMs));
  const modules = createModuleFactory({ version, logs, routes, jwks: () => authority.jwks() });
  project.push(() => modules.close());
  const services = new Services({ create: (service) => modules.create(service), log });
  traffic.push((graceMs) => services.close(graceMs));

  const edge = createEdge({
    routes,
    verify: authority,
    auth: (request, response) => authority.handle(request, response),
    service: (name) => services.entry(name),
    log,
  });
  for (const listener of await listenPublic(edge, port, log))
    traffic.push((graceMs) => listener.close(graceMs));

  services.apply(configuration.gateway.services, GRACE_MS);
  const follower = followConfiguration({
    file,
    current: configuration,
    take: (next) => {
      configuration = next;
      logs.setLevel(next.gateway.logLevel);
      authority.follow(next.gateway.auth, GRACE_MS);
      services.apply(next.gateway.services, GRACE_MS);
    },
    log,
  });
  traffic.unshift(() => follower.close());

  const url = `http://localhost:${port}`;
  const startedAt = new Date().toISOString();
  const status = async (): Promise<GatewayStatus> => ({
    pid: process.pid,
    version,
    startedAt,
    url,
    issuer: configuration.routes.issuer,
    ...(follower.error !== undefined && { configurationError: follower.error }),
    services: await services.status(),
  });
  const socket = join(run, 'admin.sock');
  const admin = await listenAdmin({
    socket,
    status,
    restart: (name) => services.restart(name),
    shutdown: options.onShutdown,
    auth: (request, response) => authority.admin(request, response),
    log,
  });
  project.push(() => admin.close(0));
  const stopWatching = watchPresence(socket, () => {
    log.error({ socket }, 'the folder of the project is gone, so nobody can manage this gateway; it ends');
    options.onShutdown();
  });
  traffic.unshift(stopWatching);
  await authority.ready;
  log.info({ url, pid: process.pid, version }, 'listening');
  return { url, log };
}

/** The state folder itself is there: the renderer has made it. */
function makeFolder(stateDir: string, name: string): string {
  const path = join(stateDir, name);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return path;
}
