import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { CODES } from '../jsonrpc/codes.ts';
import type { Refusal } from './reply.ts';

/** Bodies that may be held at one time, counted in largest ones. */
const LARGEST_BODIES_AT_ONCE = 4;
/** How far beyond its limit a body is read and thrown away, in limits. */
const PATIENCE = 4;

/** Reads request bodies within a bound for each and one for all together. */
export class BodyReader {
  readonly #limit: number;
  #held = 0;

  /** @param limit bytes that one body may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Reads the whole body and calls back once, with the text or why there is none. After a disconnect it does not
   * call back at all.
   */
  read(request: IncomingMessage, done: (text: string | Refusal) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;
    const settle = (outcome?: string | Refusal): void => {
      if (settled) return;
      settled = true;
      this.#held -= bytes;
      if (outcome !== undefined) done(outcome);
      chunks.length = 0;
    };
    if (Number(request.headers['content-length'] ?? 0) > this.#limit) settle(this.#tooLarge());
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (settled) {
        // The client hears the answer only if it is not cut off in mid-sentence; some patience, not endless.
        if (bytes > this.#limit * PATIENCE) request.destroy();
        return;
      }
      chunks.push(chunk);
      this.#held += chunk.length;
      if (bytes > this.#limit) settle(this.#tooLarge());
      else if (this.#held > this.#limit * LARGEST_BODIES_AT_ONCE) settle(BUSY);
    });
    request.once('end', () => settle(decode(chunks)));
    request.once('close', () => settle());
    request.once('error', () => settle());
  }

  #tooLarge(): Refusal {
    return {
      status: 413,
      code: CODES.invalidRequest,
      message: `The body is larger than the limit of ${this.#limit} bytes`,
      data: { limitBytes: this.#limit },
    };
  }
}

const BUSY: Refusal = {
  status: 503,
  code: CODES.unavailable,
  message: 'Too many large requests at one time; try again',
  retryAfterMs: 1_000,
};

function decode(chunks: Buffer[]): string | Refusal {
  const [only] = chunks;
  const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  if (isUtf8(body)) return body.toString('utf8');
  return { status: 400, code: CODES.parseError, message: 'The body is not valid UTF-8' };
}
