import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createLog, type ServiceModule } from '@mcpgw/kit';
import type { Limits, ProxyRun } from '@mcpgw/kit/contract';
import { createProxy, type ProxyOptions } from '../../src/index.ts';

export const fixture = (name: string): string =>
  join(dirname(fileURLToPath(import.meta.url)), '../fixtures', name);

export const LIMITS: Limits = {
  bodyBytes: 32 * 1024 * 1024,
  lineBytes: 64 * 1024 * 1024,
  inFlight: 64,
  queuedBytes: 1024 * 1024,
  requestMs: 60_000,
  sessions: 32,
  sessionsPerUser: 16,
  sessionIdleMs: 60_000,
  sessionMaxMs: 600_000,
  startMs: 10_000,
};

export type RunOverrides = Partial<Omit<ProxyRun, 'kind' | 'limits'>> & { limits?: Partial<Limits> };

export const runOf = ({ limits, ...overrides }: RunOverrides = {}): ProxyRun => ({
  kind: 'proxy',
  command: process.execPath,
  args: [fixture('echo.mjs')],
  env: { PATH: process.env['PATH'] ?? '' },
  cwd: tmpdir(),
  userDirs: join(tmpdir(), 'mcpgw-unused'),
  isolation: 'session',
  arbitraryCode: false,
  spares: 0,
  ...overrides,
  limits: { ...LIMITS, ...limits },
});

export interface RunningProxy {
  url: string;
  module: ServiceModule;
  /** Everything that was logged, one JSON object a line. */
  logged: string[];
  close(): Promise<void>;
}

export async function startProxy(
  overrides: RunOverrides = {},
  options: Partial<Pick<ProxyOptions, 'origins' | 'watchdog'>> & { ownOrigins?: boolean } = {},
): Promise<RunningProxy> {
  const logged: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
  const { ownOrigins, ...passed } = options;
  const server = createServer((request, response) => module.handler(request, response));
  const port = await listen(server);
  const origins = ownOrigins ? [`http://127.0.0.1:${port}`, `http://localhost:${port}`] : undefined;
  const module = createProxy({
    service: 'echo',
    title: 'Echo',
    version: '0.0.0-test',
    run: runOf(overrides),
    log: createLog('proxy', 'debug', sink),
    ...(origins && { origins }),
    ...passed,
  });
  module.ready.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    module,
    logged,
    close: async () => {
      await module.close(2_000);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'mcpgw-proxy-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Waits for a condition; fails after `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
