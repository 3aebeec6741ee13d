import { spawn } from 'node:child_process';
import { UserError } from '../errors.ts';

/** More of an installer's output than this is not kept. */
const MAX_OUTPUT = 4 * 1024 ** 2;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2000;

export interface InstallerOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
  /** Ends the installer after this many milliseconds. */
  timeoutMs?: number;
}

export interface InstallerResult {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/**
 * Runs npm, pip or uv to its end, without a shell, in a process group of its own, which an abort ends as a whole.
 * @throws UserError INTERRUPTED when aborted; the system's error when the program cannot be started
 */
export async function runInstaller(
  command: string,
  args: readonly string[],
  { cwd, env, signal, timeoutMs = 15 * 60_000 }: InstallerOptions,
): Promise<InstallerResult> {
  if (signal?.aborted === true) throw interrupted();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const { promise: closed, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);

  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    killGroup(child.pid, 'SIGTERM');
    killer ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const deadline = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  try {
    const code = await closed;
    if (isAborted(signal)) throw interrupted();
    return { ok: code === 0, stdout: stdout(), stderr: stderr() };
  } finally {
    // What the installer started must not outlive it.
    if (killer !== undefined) killGroup(child.pid, 'SIGKILL');
    clearTimeout(killer);
    clearTimeout(deadline);
    signal?.removeEventListener('abort', end);
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const interrupted = (): UserError =>
  new UserError('INTERRUPTED', 'Interrupted; what was half installed has been removed.');

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MAX_OUTPUT) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
