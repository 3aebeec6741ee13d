const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A process that lives longer than this did not die of its start. */
const SETTLED_MS = 10_000;

/** How long to leave a failing process alone: longer after each failure in a row. */
export class Backoff {
  readonly #free: number;
  #failures = 0;
  #retryAt = 0;

  /** @param free failures in a row after which a try is allowed at once */
  constructor(free: number) {
    this.#free = free;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** @param livedMs how long the process had been in service; 0 when it never was */
  failed(now: number, livedMs: number): void {
    this.#failures = livedMs >= SETTLED_MS ? 1 : this.#failures + 1;
    const counted = this.#failures - this.#free;
    this.#retryAt = counted > 0 ? now + Math.min(LONGEST_MS, FIRST_MS * 2 ** counted) : now;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** Milliseconds until the next try is allowed; 0 when it is. */
  waitMs(now: number): number {
    return Math.max(0, this.#retryAt - now);
  }
}
