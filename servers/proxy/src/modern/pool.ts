import type { Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import { Connection } from '../child/connection.ts';
import { handshake, neutralInitialize, readFacts, Unavailable } from '../child/handshake.ts';
import type { Launcher } from '../child/launcher.ts';
import type { Supervisor } from '../child/supervisor.ts';
import type { Sessions } from '../legacy/sessions.ts';
import type { Changes } from './changes.ts';
import { Worker, type Holder } from './worker.ts';

export interface PoolOptions {
  run: ProxyRun;
  launcher: Launcher;
  supervisor: Supervisor;
  /** Where every child of a principal takes its place, of whichever era. */
  places: Sessions;
  changes: Changes;
  /** Frees a child of the principal by giving up a call that waits for its client; false when there is none. */
  makeRoom: (principal: string) => boolean;
  version: string;
  log: Log;
}

/** Children that one principal and one set of capabilities may have at a time. */
const MAX_PER_KEY = 8;

/** How long a call waits for a child that is busy before another is started. */
const GROW_AFTER_MS = 200;

/** The user, or the service, has as many children as it may have, and none is free. */
export class PoolFull extends Error {}

/**
 * The children of modern calls, pooled by principal and client capabilities (a server may offer other tools to other
 * capabilities). The first of a key is preferred, so that state which a server keeps is found again where it can be.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Map<string, Worker[]>();
  readonly #starting = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #releases = new WeakMap<Worker, () => void>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Lends a child to a call; `release` gives it back.
   * @param capabilities what the child is told its client can do, as canonical JSON
   * @param exclusive whether the call may be asked something, so that the child must work on nothing else
   * @throws {Unavailable} when no child can be started
   * @throws {PoolFull} when none becomes free in time
   */
  async acquire(principal: string, capabilities: string, exclusive: boolean): Promise<Worker> {
    const key = `${principal}\n${capabilities}`;
    const began = Date.now();
    const deadline = began + this.#options.run.limits.requestMs;
    for (;;) {
      const workers = this.#workers.get(key) ?? [];
      const free = workers.find((worker) => worker.admits(exclusive));
      if (free) {
        free.take(exclusive);
        return free;
      }
      // Short calls one after the other are better than a process for each.
      const soon = began + GROW_AFTER_MS;
      const passing = this.#starting.has(key) || workers.some(({ parked }) => !parked);
      if (passing && Date.now() < soon) {
        await this.#turn(key, soon);
        continue;
      }
      const worker = await this.#grow(key, principal, capabilities, exclusive);
      if (worker) return worker;
      if (this.#options.makeRoom(principal)) continue;
      if (!(await this.#turn(key, deadline))) throw new PoolFull('No process became free in time');
    }
  }

  release(worker: Worker, holder?: Holder): void {
    worker.release(holder);
    this.#wake(worker.key);
  }

  /**
   * A child for somebody who only listens to it, busy or not; it stays until `unpin`.
   * @throws {Unavailable} when no child can be started
   * @throws {PoolFull} when there is no place for one
   */
  async pin(principal: string, capabilities: string): Promise<Worker> {
    const [existing] = this.#workers.get(`${principal}\n${capabilities}`) ?? [];
    const worker = existing ?? (await this.acquire(principal, capabilities, false));
    worker.pin();
    if (!existing) this.release(worker);
    return worker;
  }

  /** Ends children that nobody has needed for long, or that have reached their lifetime. */
  sweep(now: number): void {
    const { sessionIdleMs, sessionMaxMs } = this.#options.run.limits;
    for (const workers of this.#workers.values()) {
      for (const worker of workers) {
        worker.outflow.sweep(now);
        worker.connection.sweep(now);
        const idle = worker.idleSince !== undefined && now - worker.idleSince >= sessionIdleMs;
        if (idle || (!worker.busy && now - worker.createdAt >= sessionMaxMs)) this.#retire(worker);
      }
    }
  }

  /** Starts one more child for a key; undefined when there is no place for it. */
  async #grow(
    key: string,
    principal: string,
    capabilities: string,
    exclusive: boolean,
  ): Promise<Worker | undefined> {
    const starting = this.#starting.get(key) ?? 0;
    // Calls that can share a child wait for the one that is on its way.
    if (!exclusive && starting > 0) return undefined;
    if ((this.#workers.get(key)?.length ?? 0) + starting >= MAX_PER_KEY) return undefined;
    const release = this.#place(key, principal);
    if (!release) return undefined;
    this.#starting.set(key, starting + 1);
    try {
      const worker = await this.#start(key, principal, capabilities);
      worker.take(exclusive);
      this.#releases.set(worker, release);
      this.#workers.set(key, [...(this.#workers.get(key) ?? []), worker]);
      return worker;
    } catch (error) {
      release();
      this.#options.supervisor.suspect();
      throw error;
    } finally {
      const left = (this.#starting.get(key) ?? 1) - 1;
      if (left === 0) this.#starting.delete(key);
      else this.#starting.set(key, left);
      this.#wake(key);
    }
  }

  /** A place within the user's bounds, if need be that of an idle child of other capabilities. */
  #place(key: string, principal: string): (() => void) | undefined {
    const place = this.#options.places.reserve(principal);
    if (place.ok) return place.release;
    const idle = [...this.#workers.values()]
      .flat()
      .filter((worker) => worker.principal === principal && worker.idleSince !== undefined);
    const [oldest] = idle.sort((a, b) => (a.idleSince ?? 0) - (b.idleSince ?? 0));
    if (!oldest) {
      const some = (this.#workers.get(key)?.length ?? 0) + (this.#starting.get(key) ?? 0) > 0;
      if (some || this.#options.makeRoom(principal)) return undefined;
      throw new PoolFull(place.reason);
    }
    this.#retire(oldest);
    const second = this.#options.places.reserve(principal);
    return second.ok ? second.release : undefined;
  }

  async #start(key: string, principal: string, capabilities: string): Promise<Worker> {
    const { run, launcher, changes, version, log } = this.#options;
    const { queuedBytes, requestMs, startMs } = run.limits;
    const worker = new Worker({
      principal,
      key,
      queuedBytes,
      changes,
      onClosed: (closed) => this.#closed(closed),
      log,
    });
    return launcher.start(principal, async (child) => {
      const connection = new Connection(child, worker, requestMs, log);
      try {
        readFacts(await handshake(connection, neutralInitialize(version, capabilities), startMs));
        if (!child.alive)
          throw new Unavailable('the server process ended right after it answered initialize');
      } catch (error) {
        launcher.retire(child);
        throw error;
      }
      connection.notify('notifications/initialized', undefined);
      worker.enterService(connection);
      return worker;
    });
  }

  #retire(worker: Worker): void {
    this.#forget(worker);
    this.#options.launcher.retire(worker.connection.child);
  }

  #closed(worker: Worker): void {
    if (this.#forget(worker)) this.#options.supervisor.crashed();
  }

  #forget(worker: Worker): boolean {
    const workers = this.#workers.get(worker.key);
    if (!workers?.includes(worker)) return false;
    const left = workers.filter((one) => one !== worker);
    if (left.length === 0) this.#workers.delete(worker.key);
    else this.#workers.set(worker.key, left);
    this.#releases.get(worker)?.();
    this.#wake(worker.key);
    return true;
  }

  /**
   * Waits until something may have become free for a key.
   * @returns false when nothing has until then
   * @throws {PoolFull} when too many wait already
   */
  async #turn(key: string, until: number): Promise<boolean> {
    const waiting = this.#waiting.get(key) ?? [];
    const { inFlight } = this.#options.run.limits;
    if (waiting.length >= inFlight)
      throw new PoolFull(`${inFlight} requests wait for a free process already`);
    this.#waiting.set(key, waiting);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = (): void => resolve(true);
    waiting.push(wake);
    const late = setTimeout(() => resolve(false), Math.max(0, until - Date.now()));
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      const at = waiting.indexOf(wake);
      if (at !== -1) waiting.splice(at, 1);
      if (waiting.length === 0) this.#waiting.delete(key);
    }
  }

  /** Lets all who wait look again: what has become free may serve several of them. */
  #wake(key: string): void {
    for (const wake of this.#waiting.get(key)?.splice(0) ?? []) wake();
  }
}
