const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EDGE_BYTES = 256;

export interface LineHandlers {
  line(text: string): void;
  /** A line beyond the limit was dropped; its first and last bytes may still tell whose answer it was. */
  oversize(head: string, tail: string): void;
}

/**
 * Cuts a byte stream into lines of UTF-8, one call a complete line, empty ones left out.
 * @param limit bytes that a line may have; a longer one is dropped up to its end
 */
export class LineSplitter {
  readonly #limit: number;
  readonly #handlers: LineHandlers;
  #parts: Buffer[] = [];
  #bytes = 0;
  #head: Buffer | undefined;
  #tail = Buffer.alloc(0);

  constructor(limit: number, handlers: LineHandlers) {
    this.#limit = limit;
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= this.#limit) {
      this.#parts.push(part);
      return;
    }
    if (this.#head === undefined) {
      this.#head = Buffer.concat([...this.#parts, part], Math.min(EDGE_BYTES, this.#bytes));
      this.#parts = [];
    }
    this.#tail = Buffer.concat([this.#tail, part.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES);
  }

  #finish(): void {
    const parts = this.#parts;
    const head = this.#head;
    const tail = this.#tail;
    this.#parts = [];
    this.#bytes = 0;
    this.#head = undefined;
    if (head !== undefined) {
      this.#tail = Buffer.alloc(0);
      this.#handlers.oversize(head.toString(), tail.toString());
      return;
    }
    const [only] = parts;
    if (only === undefined) return;
    const bytes = parts.length === 1 ? only : Buffer.concat(parts);
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    if (end > 0) this.#handlers.line(bytes.toString('utf8', 0, end));
  }
}
