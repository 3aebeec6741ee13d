import { BoundedMap } from '../rate-limit.ts';

/** Wrong guesses that cost nothing, for one address and for all together. */
const FREE_EACH = 3;
const FREE_ALL = 30;
const MAX_DELAY_S = 30;
/** So long without a wrong guess, and an address begins anew. Milliseconds. */
const FORGET_MS = 15 * 60 * 1000;

interface Guesses {
  wrong: number;
  /** No guess before this time. */
  notBefore: number;
  last: number;
  /** Has waited as long as it was told to for the sake of all, and is next. */
  waited: boolean;
}

/**
 * Slows wrong guesses: the wait doubles for each address and, against guesses from many, for all together, up to half a
 * minute. An address that has waited as long as it was told is heard whatever the others do, so that nobody can keep the
 * owner of the right code out.
 */
export class GuessThrottle {
  readonly #addresses = new BoundedMap<Guesses>();
  readonly #all: Guesses = fresh();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Asks for leave to guess. A guess that gets it counts as wrong until `succeed` is called, so that guesses at the same
   * time are counted too.
   * @returns 0 when the guess may be compared; otherwise after how many seconds to come again
   */
  attempt(address: string): number {
    const now = this.#now();
    const own = this.#current(this.#addresses.get(address) ?? fresh(), now);
    this.#addresses.set(address, own);
    const all = this.#current(this.#all, now);
    if (own.notBefore > now) return seconds(own.notBefore - now);
    if (all.notBefore > now && !own.waited) {
      own.notBefore = all.notBefore;
      own.waited = true;
      own.last = now;
      return seconds(all.notBefore - now);
    }
    book(own, FREE_EACH, now);
    book(all, FREE_ALL, now);
    return 0;
  }

  /** The guess was right: it no longer counts. */
  succeed(address: string): void {
    this.#addresses.delete(address);
    this.#all.wrong = Math.max(0, this.#all.wrong - 1);
  }

  #current(guesses: Guesses, now: number): Guesses {
    return now - guesses.last > FORGET_MS ? Object.assign(guesses, fresh()) : guesses;
  }
}

const fresh = (): Guesses => ({ wrong: 0, notBefore: 0, last: 0, waited: false });

const seconds = (ms: number): number => Math.ceil(ms / 1000);

function book(guesses: Guesses, free: number, now: number): void {
  guesses.wrong += 1;
  guesses.last = now;
  guesses.waited = false;
  const over = guesses.wrong - free;
  guesses.notBefore = over <= 0 ? 0 : now + Math.min(MAX_DELAY_S, 2 ** (over - 1)) * 1000;
}
