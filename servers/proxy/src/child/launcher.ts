import type { Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child.ts';
import { childSpec, folderName, isPersonal } from './user-dir.ts';
import { Unavailable } from './handshake.ts';
import type { Watchdog } from './watchdog.ts';

/** Children that may be starting at one time: a start costs a processor for some hundred milliseconds. */
const CONCURRENT_STARTS = 4;
/** Starting a process stops this one for some milliseconds: whoever has just got a spare is answered first. */
const REFILL_AFTER_MS = 100;
/** How long a child may take to end when its session does. */
const END_MS = 6_000;
const PROBE = '.probe';

/** Starts the children of one service, and owns every one of them until it is gone. */
export class Launcher {
  readonly run: ProxyRun;
  readonly #watchdog: Watchdog;
  readonly #log: Log;
  readonly #children = new Set<Child>();
  readonly #spares: Child[] = [];
  readonly #waiting: (() => void)[] = [];
  #starting = 0;
  /** Whether the last child that was started came into service. */
  #works = false;
  #refilling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(run: ProxyRun, watchdog: Watchdog, log: Log) {
    this.run = run;
    this.#watchdog = watchdog;
    this.#log = log;
  }

  /** Process ids of all children, spares included. */
  get pids(): number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Starts a child, or takes a spare, and lets `use` bring it into service; only so many at a time.
   * @param principal whose folder the child gets
   * @throws {Unavailable} when the service is closing, its folder cannot be made, or too many starts wait
   */
  async start<T>(principal: string, use: (child: Child) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      if (this.#closed) throw new Unavailable('the service is stopping');
      const inService = await use(this.#takeSpare() ?? this.#spawn(principal));
      this.#works = true;
      return inService;
    } catch (error) {
      // What does not come into service is not kept in store: it would wait, or write, for ever.
      this.#works = false;
      for (const spare of this.#spares.splice(0)) this.retire(spare);
      throw error;
    } finally {
      this.#leave();
    }
  }

  /** Starts a child for the health check, with a folder of its own where users have one. */
  startProbe<T>(use: (child: Child) => Promise<T>): Promise<T> {
    return this.start(PROBE, use);
  }

  /** Ends it and removes its folder. */
  retireProbe(child: Child): void {
    this.retire(child);
    if (!isPersonal(this.run)) return;
    const folder = join(this.run.userDirs, folderName(PROBE));
    void child.exited.then(() => rm(folder, { recursive: true, force: true })).catch(() => undefined);
  }

  /** Ends one child in its own time. */
  retire(child: Child): void {
    void child.end(END_MS);
  }

  /** Ends every child; resolves once all are gone. */
  async close(budgetMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refilling);
    await Promise.all([...this.#children].map((child) => child.end(budgetMs)));
  }

  #refillSoon(): void {
    if (this.#refilling || this.#closed || isPersonal(this.run)) return;
    this.#refilling = setTimeout(() => {
      this.#refilling = undefined;
      this.#refill();
    }, REFILL_AFTER_MS).unref();
  }

  /** Starts spares up to the number asked for. They are started only: whoever takes one initialises it. */
  #refill(): void {
    try {
      while (this.#works && !this.#closed && this.#starting === 0 && this.#spares.length < this.run.spares) {
        const spare = this.#spawn('');
        if (spare.pid === undefined) return;
        this.#spares.push(spare);
        void spare.exited.then(() => this.#dropSpare(spare));
      }
    } catch {
      // Whoever needs a child next hears why there is none.
    }
  }

  #takeSpare(): Child | undefined {
    for (let spare = this.#spares.shift(); spare; spare = this.#spares.shift()) if (spare.alive) return spare;
    return undefined;
  }

  #dropSpare(spare: Child): void {
    const at = this.#spares.indexOf(spare);
    if (at !== -1) this.#spares.splice(at, 1);
  }

  #spawn(principal: string): Child {
    const child = this.#create(principal);
    this.#children.add(child);
    void child.exited.then((reason) => {
      this.#children.delete(child);
      this.#log.debug({ pid: child.pid }, `server process ${reason}`);
    });
    return child;
  }

  /** The folder of the user, or the command line itself, may be impossible. */
  #create(principal: string): Child {
    const { lineBytes, queuedBytes } = this.run.limits;
    try {
      const spec = childSpec(this.run, principal);
      return new Child({ spec, lineBytes, queuedBytes, watchdog: this.#watchdog, log: this.#log });
    } catch (error) {
      this.#log.error({ err: error }, 'a server process cannot be started');
      throw new Unavailable('the server process could not be started', 5_000);
    }
  }

  async #enter(): Promise<void> {
    if (this.#starting >= CONCURRENT_STARTS) {
      if (this.#waiting.length >= this.run.limits.sessions) {
        throw new Unavailable('too many server processes are being started');
      }
      // Whoever leaves hands the place over.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return;
    }
    this.#starting++;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) {
      next();
      return;
    }
    this.#starting--;
    if (this.#starting === 0) this.#refillSoon();
  }
}
