/** How long an answer about life holds. */
const VALID_MS = 5_000;

/** Asks whether something lives, at most so often, however many want to know. */
export class Liveness {
  readonly #ask: () => Promise<boolean>;
  #answer: Promise<boolean> | undefined;
  #askedAt = 0;

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
  }

  check(now: number): Promise<boolean> {
    if (!this.#answer || now - this.#askedAt >= VALID_MS) {
      this.#askedAt = now;
      this.#answer = this.#ask();
    }
    return this.#answer;
  }
}
