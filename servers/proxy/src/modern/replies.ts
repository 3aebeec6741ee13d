import { Bag } from '../in-flight.ts';
import type { Reply } from './reply.ts';

/** The open answers of modern requests, with a bound for each principal. */
export class Replies {
  readonly #limit: number;
  readonly #open = new Bag<Reply>();
  readonly #perPrincipal = new Map<string, number>();

  /** @param limit requests that one principal may have in flight */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @returns false when the principal has as many as it may have */
  add(principal: string, reply: Reply): boolean {
    const own = this.#perPrincipal.get(principal) ?? 0;
    if (own >= this.#limit) return false;
    this.#perPrincipal.set(principal, own + 1);
    this.#open.add(reply);
    reply.onClosed(() => {
      this.#open.delete(reply);
      const left = (this.#perPrincipal.get(principal) ?? 1) - 1;
      if (left === 0) this.#perPrincipal.delete(principal);
      else this.#perPrincipal.set(principal, left);
    });
    return true;
  }

  heartbeat(now: number, intervalMs: number): void {
    for (const reply of this.#open) reply.heartbeat(now, intervalMs);
  }
}
