/** Our proxy in a process of its own: `serve.ts <port> <isolation> <spares> <idle ms> <command> [args...]`. */
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { createLog } from '@mcpgw/kit';
import { createProxy } from '../src/index.ts';

const [port, isolation, spares, idleMs, command = '', ...args] = process.argv.slice(2);
const MIB = 1024 * 1024;

const proxy = createProxy({
  service: 'bench',
  title: 'Bench',
  version: '0.0.0',
  log: createLog('bench', 'error'),
  run: {
    kind: 'proxy',
    command,
    args,
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: tmpdir(),
    userDirs: tmpdir(),
    isolation: isolation === 'shared' ? 'shared' : 'session',
    arbitraryCode: false,
    spares: Number(spares),
    limits: {
      bodyBytes: 32 * MIB,
      lineBytes: 64 * MIB,
      inFlight: 64,
      queuedBytes: 8 * MIB,
      // A call that is never answered keeps its session alive.
      requestMs: Math.min(60_000, Number(idleMs) * 2),
      sessions: 4_096,
      sessionsPerUser: 4_096,
      sessionIdleMs: Number(idleMs),
      sessionMaxMs: 86_400_000,
      startMs: 30_000,
    },
  },
});
const server = createServer(proxy.handler);
await proxy.ready;
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${port}\n`));

process.once('SIGTERM', () => {
  void proxy.close(5_000).then(() => {
    server.closeAllConnections();
    server.close();
  });
});
