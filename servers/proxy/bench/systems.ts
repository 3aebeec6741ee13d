import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A stdio server to put behind the systems, and what to call on it. */
export interface ChildServer {
  name: string;
  command: string[];
  tool: string;
  argument: 'text' | 'message';
}

export interface System {
  name: string;
  /** Its command line for a port and a child. */
  commandLine(port: number, child: ChildServer): string[];
}

export interface RunningSystem {
  pid: number;
  url: string;
  startMs: number;
  stop(): Promise<void>;
}

const node = process.execPath;

/** @param file the server's bundle */
export const bare = (file: string): System => ({
  name: 'bare node:http',
  commandLine: (port) => [node, file, String(port)],
});

/**
 * @param file the proxy's bundle
 * @param idleMs after which it ends a session
 */
export const ours = (file: string, idleMs = 1_800_000): readonly System[] =>
  (['session', 'shared'] as const).map((isolation) => ({
    name: isolation === 'session' ? 'mcpgw, child per session' : 'mcpgw, shared child',
    commandLine: (port, { command }) => [
      node,
      file,
      String(port),
      isolation,
      isolation === 'session' ? '2' : '0',
      String(idleMs),
      ...command,
    ],
  }));

/** @param modules folder of the peers' packages */
export const peers = (modules: string): readonly System[] => [
  {
    name: 'supergateway 4, stateful',
    commandLine: (port, { command }) => [
      node,
      join(modules, 'supergateway/dist/index.js'),
      ...['--stdio', command.join(' '), '--outputTransport', 'streamableHttp'],
      ...['--stateful', '--port', String(port), '--logLevel', 'none'],
    ],
  },
  {
    name: 'mcp-proxy 6, shared child',
    commandLine: (port, { command }) => [
      node,
      join(modules, 'mcp-proxy/dist/bin/mcp-proxy.mjs'),
      ...['--host', '127.0.0.1', '--port', String(port), '--server', 'stream', '--', ...command],
    ],
  },
];

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a system and waits until it takes connections. */
export async function start(system: System, child: ChildServer): Promise<RunningSystem> {
  const port = await freePort();
  const [command = '', ...args] = system.commandLine(port, child);
  const began = performance.now();
  const started = spawn(command, args, { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/mcp`;
  await listens(port, started);
  return {
    pid: started.pid ?? 0,
    url,
    startMs: performance.now() - began,
    stop: async () => {
      started.kill('SIGTERM');
      const killer = setTimeout(() => void started.kill('SIGKILL'), 10_000);
      if (started.exitCode === null && started.signalCode === null) await once(started, 'exit');
      clearTimeout(killer);
    },
  };
}

async function listens(port: number, started: ChildProcess): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    if (started.exitCode !== null) throw new Error(`the system exited with ${started.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await delay(5);
  }
  throw new Error('the system did not come up in 20 s');
}
