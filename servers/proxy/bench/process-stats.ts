import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux only: `/proc` counts in ticks of 10 ms. */
const TICK_US = 10_000;

/** Processor time of one process without its children, in µs; undefined where there is no `/proc`. */
export function cpuMicros(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return undefined;
  }
}

interface Row {
  pid: number;
  parent: number;
  rssMb: number;
}

function processes(): Row[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parent = 0, rss = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, rssMb: rss / 1024 };
    });
}

/** Memory of a process, and the number of its descendants and their memory, in MB. */
export function memory(pid: number): { rssMb: number; children: number; childrenRssMb: number } {
  const rows = processes();
  const below = (parent: number): Row[] =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  const descendants = below(pid);
  return {
    rssMb: rows.find((row) => row.pid === pid)?.rssMb ?? 0,
    children: descendants.length,
    childrenRssMb: descendants.reduce((sum, { rssMb }) => sum + rssMb, 0),
  };
}
