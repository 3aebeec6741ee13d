import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

export interface Finished {
  /** Null when a signal ended it. */
  code: number | null;
  /** The end of what it wrote. */
  output: string;
}

export interface ProcessOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Told of each line on stdout as it comes. */
  onLine?: (line: string) => void;
}

const MAX_OUTPUT = 64 * 1024;

/** The environment that the suite needs: nothing of ours reaches it but where programs and certificates are. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

/** The file of the official suite, which is a program without an interface for programs. */
export const officialSuite = (): string =>
  createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');

/** Runs the official suite to its end, or kills it at the deadline. */
export function runOfficial(args: readonly string[], options: ProcessOptions): Promise<Finished> {
  const env = Object.fromEntries(
    PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = spawn(process.execPath, [officialSuite(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let output = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT);
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_OUTPUT);
    for (const line of lines) options.onLine?.(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT);
  });
  const kill = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(kill, options.timeoutMs);
  options.signal?.addEventListener('abort', kill, { once: true });
  return new Promise((resolve) => {
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', kill);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(null);
    });
    child.on('close', finish);
  });
}
