import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@mcpgw/kit';
import { LineSplitter, type LineHandlers } from './lines.ts';
import { StderrTail } from './stderr-tail.ts';
import type { ChildSpec } from './user-dir.ts';
import type { Watchdog } from './watchdog.ts';

export interface ChildOptions {
  spec: ChildSpec;
  lineBytes: number;
  /** Bytes that may wait for the child to read them before `congested` says so. */
  queuedBytes: number;
  watchdog: Watchdog;
  log: Log;
}

export interface ChildHandlers extends LineHandlers {
  /** The process is gone and its output has been read to the end. */
  exit(reason: string): void;
}

/** How long output may still come after the process itself is gone. */
const CLOSE_GRACE_MS = 1_000;

/** One stdio server process, in a process group of its own, without a shell. */
export class Child {
  readonly pid: number | undefined;
  /** Resolves once the process is gone; says how it ended. */
  readonly exited: Promise<string>;
  readonly stderr: StderrTail;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #queuedBytes: number;
  #handlers: ChildHandlers | undefined;
  #draining: Promise<void> | undefined;
  #outbox = '';
  #alive = true;

  constructor({ spec, lineBytes, queuedBytes, watchdog, log }: ChildOptions) {
    this.#queuedBytes = queuedBytes;
    this.#process = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { pid, stdin, stdout, stderr } = this.#process;
    this.pid = pid;
    if (pid !== undefined) watchdog.add(pid);
    this.stderr = new StderrTail((line) => log.info({ pid, stderr: line }, 'stderr'));
    const splitter = new LineSplitter(lineBytes, {
      line: (text) => this.#handlers?.line(text),
      oversize: (head, tail) => this.#handlers?.oversize(head, tail),
    });
    stdout.on('data', (chunk: Buffer) => splitter.push(chunk));
    stderr.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    // A child that has gone breaks its pipes; its exit is what counts.
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
    this.exited = this.#whenGone(spec).then((reason) => {
      this.#alive = false;
      if (pid !== undefined) watchdog.remove(pid);
      this.#handlers?.exit(reason);
      return reason;
    });
  }

  /** Whether the process has not ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Whether so much waits for the child to be read that no more should be asked of it. */
  get congested(): boolean {
    return this.#outbox.length + this.#process.stdin.writableLength > this.#queuedBytes;
  }

  /** Sets who hears of lines and of the end. A server that talks before it is asked is not heard. */
  attach(handlers: ChildHandlers): void {
    this.#handlers = handlers;
  }

  /**
   * Sends a message; those of one turn of the event loop go out together, since a write costs more than all else.
   * @param line one message without its line break
   */
  send(line: string): void {
    if (this.#outbox === '') setImmediate(() => this.#flush());
    this.#outbox += `${line}\n`;
  }

  /** Resolves when the child has read what waited for it, or is gone. */
  drained(): Promise<void> {
    this.#draining ??= Promise.race([once(this.#process.stdin, 'drain'), this.exited])
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => (this.#draining = undefined));
    return this.#draining;
  }

  /** Stops reading what the child writes, so that it feels the back-pressure. */
  pause(): void {
    this.#process.stdout.pause();
  }

  resume(): void {
    this.#process.stdout.resume();
  }

  /**
   * Ends the process and its group: end of input, then SIGTERM, then SIGKILL, each awaited. May be called again with
   * less patience.
   * @param budgetMs within which it is gone
   */
  async end(budgetMs: number): Promise<void> {
    this.resume();
    this.#flush();
    this.#process.stdin.end();
    if (await this.#goneWithin(budgetMs * 0.3)) return;
    this.#signal('SIGTERM');
    if (await this.#goneWithin(budgetMs * 0.5)) return;
    this.#signal('SIGKILL');
    await this.exited;
  }

  #flush(): void {
    const lines = this.#outbox;
    this.#outbox = '';
    if (lines !== '' && this.#process.stdin.writable) this.#process.stdin.write(lines);
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const abort = new AbortController();
    const timer = delay(ms, false, { signal: abort.signal }).catch(() => false);
    const gone = await Promise.race([this.exited.then(() => true), timer]);
    abort.abort();
    return gone;
  }

  /** To the whole group; once the leader is gone too, for what it may have left behind. */
  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.pid !== undefined) process.kill(-this.pid, signal);
    } catch {
      // ESRCH: the group has no member left.
    }
  }

  #whenGone(spec: ChildSpec): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#process.once('error', (error: NodeJS.ErrnoException) => {
      if (this.pid === undefined) resolve(startFailure(spec, error));
    });
    this.#process.once('exit', (code, signal) => {
      const reason = signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`;
      this.#signal('SIGKILL');
      const timer = setTimeout(() => resolve(reason), CLOSE_GRACE_MS);
      this.#process.once('close', () => {
        clearTimeout(timer);
        resolve(reason);
      });
    });
    return promise;
  }
}

function startFailure({ command, cwd }: ChildSpec, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `could not be started: ${error.message}`;
  return existsSync(cwd)
    ? `could not be started: there is no program "${command}"`
    : `could not be started: there is no folder "${cwd}"`;
}
