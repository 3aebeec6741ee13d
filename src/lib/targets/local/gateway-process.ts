import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMessageSchema, type StartMessage } from '../../../../servers/kit/src/contract/start.ts';
import { packageRoot } from '../../config/package-root.ts';
import { writeFailure } from '../../config/write-file.ts';
import { UserError } from '../../errors.ts';
import { printable } from '../../text/printable.ts';
import type { LocalPaths } from './paths.ts';
import { portInUse } from './port.ts';
import { endProcess } from './process.ts';

/** From spawn to the StartMessage: loading the bundle, opening the store, making keys. */
const START_MS = 30_000;
const OUTPUT_LINES = 15;
/** What fits into `sun_path` on every system: macOS has 104 bytes, with the final NUL. */
const MAX_SOCKET_PATH = 103;

export interface GatewayProcess {
  pid: number;
  /** Resolves with how it ended: `code 1`, `SIGKILL`; undefined when it ended well. */
  ended: Promise<string | undefined>;
  /** Lets it live on after this process. */
  release(): void;
}

/**
 * Starts the gateway and waits until its port and its admin socket answer.
 * It leads a process group of its own, so that Ctrl-C reaches this process only, which then ends it in order.
 * @param options.foreground the gateway ends when this process ends, however that happens
 * @throws UserError PORT_IN_USE, ALREADY_RUNNING, START_FAILED, …; the process is gone then
 */
export async function startGateway(
  paths: LocalPaths,
  options: { foreground: boolean; port: number; signal: AbortSignal },
): Promise<GatewayProcess> {
  options.signal.throwIfAborted();
  const child = spawnGateway(paths, options.foreground);
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `code ${code ?? '?'}`)));
  });
  try {
    const pid = await listening(child, paths, options);
    return {
      pid,
      ended,
      release: () => {
        if (child.connected) child.disconnect();
        child.unref();
      },
    };
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await endProcess(child.pid, 2000);
    }
    if (child.connected) child.disconnect();
    throw error;
  }
}

function spawnGateway(paths: LocalPaths, foreground: boolean): ChildProcess {
  const script = join(packageRoot(), 'dist', 'servers', 'gateway.mjs');
  if (!existsSync(script)) {
    throw new UserError('START_FAILED', 'The gateway is not built.', {
      place: { file: script },
      nextSteps: ['In a checkout, run `npm run build`; an installed mcpgw has to be installed anew.'],
    });
  }
  const output = openOutput(paths);
  try {
    return spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        script,
        paths.gatewayFile,
        ...(foreground ? ['--foreground'] : []),
      ],
      { cwd: paths.root, detached: true, stdio: ['ignore', output, output, 'ipc'] },
    );
  } finally {
    closeSync(output);
  }
}

function openOutput({ outputFile }: LocalPaths): number {
  try {
    return openSync(outputFile, 'w', 0o600);
  } catch (error) {
    throw writeFailure(error, outputFile);
  }
}

/** Resolves with the process id once the StartMessage says `listening`. */
function listening(
  child: ChildProcess,
  paths: LocalPaths,
  { port, signal }: { port: number; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      act();
    };
    const onMessage = (message: unknown): void => {
      const { data: start } = startMessageSchema.safeParse(message);
      settle(() => {
        if (start === undefined) reject(startFailed('sent a start message of another version', paths));
        else if (start.type === 'listening') resolve(start.pid);
        else void explain(start, port, paths).then(reject, reject);
      });
    };
    const onExit = (code: number | null, by: string | null): void =>
      settle(() => reject(startFailed(`ended at once (${by ?? `code ${code ?? '?'}`})`, paths)));
    const onError = (error: Error): void => settle(() => reject(startFailed(error.message, paths)));
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    const timer = setTimeout(
      () => settle(() => reject(startFailed(`did not answer within ${START_MS / 1000} s`, paths))),
      START_MS,
    );
    signal.addEventListener('abort', onAbort);
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}

async function explain(
  { code, message }: Extract<StartMessage, { type: 'failed' }>,
  port: number,
  paths: LocalPaths,
): Promise<UserError> {
  if (code === 'PORT_IN_USE') return portInUse(port);
  const nextSteps: Partial<Record<typeof code, string>> = {
    ALREADY_RUNNING: 'Stop it with `mcpgw down`.',
    DISK_FULL: 'Free some space and run `mcpgw up` again.',
    READ_ONLY: `Make ${paths.stateDir} writable.`,
    NO_PERMISSION: `Check who owns ${paths.stateDir}.`,
    START_FAILED: 'Look at `mcpgw logs gateway`.',
  };
  const nextStep = nextSteps[code];
  return new UserError(code, message, nextStep === undefined ? {} : { nextSteps: [nextStep] });
}

function startFailed(what: string, paths: LocalPaths): UserError {
  const output = lastOutput(paths);
  return new UserError('START_FAILED', `The gateway ${what}.${output === '' ? '' : `\n${output}`}`, {
    nextSteps: ['Look at `mcpgw logs gateway`.'],
  });
}

/** The last lines that the gateway wrote outside its log, such as the stack of a crash. */
export function lastOutput(paths: LocalPaths): string {
  try {
    const lines = printable(readFileSync(paths.outputFile, 'utf8')).trimEnd().split('\n');
    return lines.slice(-OUTPUT_LINES).join('\n');
  } catch {
    return '';
  }
}

/**
 * Fails early where the admin socket could not be made.
 * @throws UserError PATH_TOO_LONG
 */
export function requireShortPath(paths: LocalPaths): void {
  const length = Buffer.byteLength(paths.adminSocket);
  if (length <= MAX_SOCKET_PATH) return;
  throw new UserError(
    'PATH_TOO_LONG',
    `The path of the project folder is ${length - MAX_SOCKET_PATH} bytes too long for a Unix socket inside it.`,
    { place: { file: paths.adminSocket }, nextSteps: ['Move the project to a shorter path.'] },
  );
}
