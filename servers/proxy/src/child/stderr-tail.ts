import { redactText } from '@mcpgw/kit';

const KEPT_LINES = 20;
const MAX_LINE = 2_000;
/** More lines a second than this are counted, not logged: a flood must not become a flood of log. */
const LOGGED_PER_SECOND = 50;

/**
 * The last lines of a child's stderr, secrets redacted.
 * @param write takes each line on its way to the log
 */
export class StderrTail {
  readonly #write: (line: string) => void;
  readonly #lines: string[] = [];
  #partial = '';
  #second = 0;
  #logged = 0;
  #suppressed = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  push(chunk: Buffer): void {
    const pieces = (this.#partial + chunk.toString()).split(/\r?\n/);
    this.#partial = pieces.pop()?.slice(0, MAX_LINE) ?? '';
    for (const piece of pieces) this.#line(piece);
  }

  /** The last lines, the one without an end included. */
  lines(): string[] {
    return this.#partial === '' ? [...this.#lines] : [...this.#lines, redactText(this.#partial)];
  }

  #line(raw: string): void {
    if (raw.trim() === '') return;
    const line = redactText(raw.slice(0, MAX_LINE));
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      if (this.#suppressed > 0) this.#write(`(${this.#suppressed} more lines in one second)`);
      this.#second = second;
      this.#logged = 0;
      this.#suppressed = 0;
    }
    if (this.#logged++ < LOGGED_PER_SECOND) this.#write(line);
    else this.#suppressed++;
  }
}
