import { BoundedMap } from '../rate-limit.ts';

/** Wrong guesses that cost nothing, for one address and for all together. */
const FREE_EACH = 3;
const FREE_ALL = 30;
const MAX_DELAY_S = 30;
/** So long without a wrong guess, and an address begins anew. Milliseconds. */
const FORGET_MS = 15 * 60 * 1000;
/** Guesses that wait for their turn at a time. One takes as long as the slow hash of the code: tens of milliseconds. */
const MAX_WAITING = 64;

/** What became of a guess. `wait`: it was not compared, and may come again after so many seconds. */
export type Verdict = 'right' | 'wrong' | { wait: number };

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
 * owner of the right code out. Guesses are heard one after another: each is judged by what all before it have come to,
 * so that many at the same time gain nothing, and a right one is never taken for a wrong one.
 */
export class GuessThrottle {
  readonly #addresses = new BoundedMap<Guesses>();
  readonly #all: Guesses = fresh();
  readonly #now: () => number;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Compares a guess when it is its turn, unless its address must wait.
   * @param compare whether the guess is right; what it throws goes to the caller and counts as nothing
   */
  async guess(address: string, compare: () => Promise<boolean>): Promise<Verdict> {
    if (this.#waiting >= MAX_WAITING) return { wait: 1 };
    this.#waiting += 1;
    const verdict = this.#turn.then(() => this.#hear(address, compare));
    this.#turn = verdict.catch(() => undefined);
    try {
      return await verdict;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #hear(address: string, compare: () => Promise<boolean>): Promise<Verdict> {
    const now = this.#now();
    const own = this.#current(this.#addresses.get(address) ?? fresh(), now);
    this.#addresses.set(address, own);
    const all = this.#current(this.#all, now);
    if (own.notBefore > now) return { wait: seconds(own.notBefore - now) };
    if (all.notBefore > now && !own.waited) {
      own.notBefore = all.notBefore;
      own.waited = true;
      own.last = now;
      return { wait: seconds(all.notBefore - now) };
    }
    if (await compare()) {
      this.#addresses.delete(address);
      return 'right';
    }
    book(own, FREE_EACH, this.#now());
    book(all, FREE_ALL, this.#now());
    return 'wrong';
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
