// How long it takes to start: `npm run bench:start [-- <runs>]`. Figures, not a test; docs/reference/performance.md says how to read them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const RUN_JS = join(import.meta.dirname, '..', 'bin', 'run.js');
const ECHO = 'echo-stateless,echo-stateful';
const runs = Number(process.argv[2] ?? 9);
if (!Number.isInteger(runs) || runs < 1) throw new Error('The number of runs is a whole number from 1 on.');

const node = (...args) => execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });

/** Runs a step several times, with what has to be undone after each, and prints the median and the range. */
function measure(name, step, undo = () => {}) {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    step();
    const time = performance.now() - start;
    undo();
    return time;
  }).sort((a, b) => a - b);
  const [least, median, most] = [times[0], times[times.length >> 1], times.at(-1)].map(Math.round);
  console.log(`${name.padEnd(48)} ${String(median).padStart(5)} ms   (${least} to ${most})`);
}

/** A port that nobody listens on just now. */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const project = mkdtempSync(join(tmpdir(), 'mcpgw-bench-'));
const mcpgw = (...args) => node(RUN_JS, ...args, '--project', project);
try {
  console.log(`Node ${process.versions.node}, ${cpus().length} cores, median of ${runs} (least to most)`);
  measure('node -e 0', () => node('-e', '0'));
  measure('mcpgw --help', () => node(RUN_JS, '--help'));
  node(RUN_JS, 'init', project, '--yes', '--services', ECHO, '--port', String(await freePort()));
  measure(
    'mcpgw up --detach, both echo services, to ready',
    () => mcpgw('up', '--detach'),
    () => mcpgw('down'),
  );
} finally {
  mcpgw('down');
  rmSync(project, { recursive: true, force: true });
}
