import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const PS_TIMEOUT_MS = 2000;

/**
 * Resident memory of processes. A process that has ended counts as 0.
 * @returns bytes by process id
 */
export async function residentMemory(pids: readonly number[]): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  return process.platform === 'linux' ? readProc(pids) : askPs(pids);
}

/** `VmRSS` of proc_pid_status(5). */
async function readProc(pids: readonly number[]): Promise<Map<number, number>> {
  const entries = pids.map(async (pid): Promise<[number, number]> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return [pid, Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024];
  });
  return new Map(await Promise.all(entries));
}

async function askPs(pids: readonly number[]): Promise<Map<number, number>> {
  const answer = await promisify(execFile)('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], {
    timeout: PS_TIMEOUT_MS,
  }).catch(() => ({ stdout: '' }));
  const lines = answer.stdout.trim().split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [pid = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
      return [pid, kilobytes * 1024];
    }),
  );
}
