/**
 * `npm run bench:proxy [-- --sessions 1,16 --seconds 3 --rounds 3 --child echo|everything --peers --json FILE]`: calls
 * of a tool through our proxy, bare node:http and (with --peers) other npm proxies, side by side in one run. Each
 * round measures all of them, one after the other; figures are medians of the rounds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { LoadClient, runLoad } from './load.ts';
import { cpuMicros, memory } from './process-stats.ts';
import { medianRow, table, type Row } from './report.ts';
import { bare, ours, peers, start, type ChildServer, type System } from './systems.ts';

const CHILDREN = new Map<string, ChildServer>([
  [
    'echo',
    {
      name: 'trivial child',
      command: [process.execPath, join(import.meta.dirname, '../test/fixtures/echo.mjs')],
      tool: 'echo',
      argument: 'text',
    },
  ],
  [
    'everything',
    {
      name: 'server-everything',
      command: [
        process.execPath,
        createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js'),
        'stdio',
      ],
      tool: 'echo',
      argument: 'message',
    },
  ],
]);

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1,16' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    child: { type: 'string', default: 'echo' },
    peers: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

/** Installs the peers into a folder of their own, for this run only. */
function installPeers(folder: string): readonly System[] {
  const packages = ['supergateway@4', 'mcp-proxy@6'];
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return peers(join(folder, 'node_modules'));
}

async function measure(system: System, child: ChildServer, sessions: number, seconds: number): Promise<Row> {
  const running = await start(system, child);
  const clients = Array.from({ length: sessions }, () => new LoadClient(running.url));
  try {
    const inits: number[] = [];
    for (const client of clients) inits.push(await client.open());
    inits.sort((a, b) => a - b);
    await runLoad(clients, child, Math.min(2, seconds));
    const before = cpuMicros(running.pid);
    const load = await runLoad(clients, child, seconds);
    const after = cpuMicros(running.pid);
    return {
      system: system.name,
      sessions,
      callsPerSecond: load.calls / load.seconds,
      p50Ms: load.p50,
      p99Ms: load.p99,
      cpuMicrosPerCall:
        before === undefined || after === undefined ? undefined : (after - before) / load.calls,
      ...memory(running.pid),
      startMs: running.startMs,
      initMs: inits[Math.floor(inits.length / 2)] ?? 0,
    };
  } finally {
    for (const client of clients) client.close();
    await running.stop();
  }
}

const child = CHILDREN.get(values.child);
if (!child) throw new Error(`--child is one of ${[...CHILDREN.keys()].join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'mcpgw-bench-'));
try {
  const [bareFile, serveFile] = await bundle(folder);
  const systems = [bare(bareFile), ...ours(serveFile), ...(values.peers ? installPeers(folder) : [])];
  const rows: Row[] = [];
  for (const sessions of values.sessions.split(',').map(Number)) {
    const rounds: Row[][] = systems.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, system] of systems.entries()) {
        rounds[i]?.push(await measure(system, child, sessions, Number(values.seconds)));
      }
    }
    rows.push(...rounds.map(medianRow));
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  process.stdout.write(`${child.name}\n\n${table(rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
