import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { RUN_JS } from './paths.ts';

export interface CliResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'detached'> {
  /** Milliseconds after which it is killed and the call fails. */
  timeout?: number;
  /** What to run instead of `node bin/run.js`. */
  program?: readonly [string, ...string[]];
}

/** A command of `mcpgw` that runs, with everything it has written so far. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<CliResult>;
}

/** Starts the built command line with no terminal. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { timeout = 120_000, program = [process.execPath, RUN_JS], ...spawnOptions } = options;
  const [command, ...first] = program;
  const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...spawnOptions });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (written[name] += text));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  const ended = once(child, 'close').then(([code, signal]) => {
    clearTimeout(timer);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...written };
  });
  return { child, output: () => written.stdout + written.stderr, ended };
}

/** Runs the built command line to its end. */
export const cli = (args: readonly string[], options?: CliOptions): Promise<CliResult> =>
  startCli(args, options).ended;

/**
 * Runs a command under `--json` and reads its one document.
 * @throws Error with everything it wrote, when it fails or writes anything else on stdout
 */
export async function cliJson<T>(args: readonly string[], options?: CliOptions): Promise<T> {
  const result = await cli([...args, '--json'], options);
  if (result.code !== 0) throw new Error(`mcpgw ${args.join(' ')}: ${describeResult(result)}`);
  return JSON.parse(result.stdout) as T;
}

export const describeResult = ({ code, signal, stdout, stderr }: CliResult): string =>
  `${signal ?? `exit code ${String(code)}`}\n${stdout}\n${stderr}`;
