import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
const TERM_MS = 3000;
const KILL_MS = 2000;

/** Whether a process runs; one that has ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** In a container whose PID 1 reaps nothing, an ended process keeps its id for ever. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z';
  } catch {
    // No /proc (macOS: its init reaps), or gone in between, which the next look tells.
    return false;
  }
}

/** @returns whether the process is gone before the time is up */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * Waits for a process that was asked to end; then SIGTERM, then SIGKILL.
 * @param pid known to be ours: it has just answered on our socket, or it is our child
 * @param termMs what SIGTERM is given
 * @returns whether it is gone
 */
export async function endProcess(pid: number, graceMs: number, termMs = TERM_MS): Promise<boolean> {
  if (await waitUntilGone(pid, graceMs)) return true;
  signalProcess(pid, 'SIGTERM');
  if (await waitUntilGone(pid, termMs)) return true;
  signalProcess(pid, 'SIGKILL');
  return waitUntilGone(pid, KILL_MS);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in between.
  }
}
