/**
 * `npm run soak:proxy [-- --minutes 10 --kills 200 --clients 6]`: random clients, killed with SIGKILL one after the
 * other. In the end memory and the number of children must be what they were at the start.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { memory } from './process-stats.ts';
import { ours, start } from './systems.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kills: { type: 'string', default: '200' },
    clients: { type: 'string', default: '6' },
  },
});
const [minutes, kills, width] = [Number(values.minutes), Number(values.kills), Number(values.clients)];
/** Sessions of killed clients go after this. */
const IDLE_MS = 5_000;

const echo = {
  name: 'trivial child',
  command: [process.execPath, join(import.meta.dirname, '../test/fixtures/echo.mjs')],
  tool: 'echo',
  argument: 'text',
} as const;

const spawnClient = (url: string, n: number): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, 'soak-client.ts'), url, `local:soak${n % 5}`], {
    stdio: 'ignore',
  });

const folder = mkdtempSync(join(tmpdir(), 'mcpgw-soak-'));
try {
  const [, serveFile] = await bundle(folder);
  const [session] = ours(serveFile, IDLE_MS);
  if (!session) throw new Error('there is no system to soak');
  const running = await start(session, { ...echo, command: [...echo.command] });
  const report = (what: string): ReturnType<typeof memory> => {
    const now = memory(running.pid);
    process.stdout.write(`${what}: RSS ${now.rssMb.toFixed(0)} MB, ${now.children} processes below\n`);
    return now;
  };
  const everyMs = (minutes * 60_000) / kills;
  /** Lets clients come and be killed, then waits until the proxy has ended what they left. */
  const phase = async (count: number): Promise<void> => {
    const clients = Array.from({ length: width }, (_, n) => spawnClient(running.url, n));
    for (let killed = 0; killed < count; killed++) {
      await delay(everyMs);
      clients.shift()?.kill('SIGKILL');
      clients.push(spawnClient(running.url, killed));
      if ((killed + 1) % 20 === 0) report(`${killed + 1} clients killed`);
    }
    for (const client of clients) client.kill('SIGKILL');
    await delay(IDLE_MS * 4 + 10_000);
  };
  report('before');
  // Any process grows at first: what a run adds to one that has worked is what counts.
  await phase(Math.ceil(kills / 5));
  const before = report('start');
  await phase(kills);
  const after = report('end');
  await running.stop();
  if (after.children > before.children) throw new Error('children were left behind');
  if (after.rssMb > before.rssMb * 1.2) throw new Error('memory was left behind');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
