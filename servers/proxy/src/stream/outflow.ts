import type { ServerResponse } from 'node:http';

export interface OutflowOptions {
  /** Bytes that may wait for slow readers. */
  limit: number;
  /** How long a reader may take nothing while it holds the others up, in ms. */
  stallMs: number;
  /** Called with true when the limit is passed, with false once there is room again. */
  onChange: (full: boolean) => void;
}

/** The answers of one session that its client has not taken yet; they hold the child back while they are too many. */
export class Outflow {
  readonly #options: OutflowOptions;
  readonly #waiting = new Map<ServerResponse, { bytes: number; since: number }>();
  readonly #watched = new WeakSet<ServerResponse>();
  #full = false;

  constructor(options: OutflowOptions) {
    this.#options = options;
  }

  /** To be called after each write to, or end of, a response. */
  wrote(response: ServerResponse): void {
    const bytes = response.writableLength;
    if (bytes === 0) return;
    if (!this.#watched.has(response)) {
      this.#watched.add(response);
      const check = (): void => this.#check(response);
      response.on('drain', check).once('finish', check).once('close', check);
    }
    if (!this.#waiting.has(response)) this.#waiting.set(response, { bytes, since: Date.now() });
    this.#update();
  }

  /** Cuts off readers that have taken nothing for too long while the outflow is full. */
  sweep(now: number): void {
    if (!this.#full) return;
    for (const [response, seen] of this.#waiting) {
      const bytes = response.writableLength;
      if (bytes < seen.bytes) Object.assign(seen, { bytes, since: now });
      else if (now - seen.since >= this.#options.stallMs) response.destroy();
      else seen.bytes = bytes;
    }
  }

  #check(response: ServerResponse): void {
    if (response.destroyed || response.writableLength === 0) this.#waiting.delete(response);
    this.#update();
  }

  #update(): void {
    let total = 0;
    for (const response of this.#waiting.keys()) total += response.writableLength;
    const { limit, onChange } = this.#options;
    const full = this.#full ? total > limit / 2 : total > limit;
    if (full === this.#full) return;
    this.#full = full;
    onChange(full);
  }
}
