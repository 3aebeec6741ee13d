import { open, stat, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const CHUNK_BYTES = 64 * 1024;
/** A longer line is handed on in pieces. */
const MAX_LINE = 1024 * 1024;

/** Reads the lines of one log file as it grows, over its rotation by rename or truncation. */
export class LogFile {
  readonly #path: string;
  #tailBytes: number;
  #handle: FileHandle | undefined;
  #inode = 0;
  #offset = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Reading began inside a line, whose rest is of no use. */
  #skipFirst = false;

  /** @param tailBytes how much of the end of an existing file to read; it begins with a whole line */
  constructor(path: string, tailBytes = Infinity) {
    this.#path = path;
    this.#tailBytes = tailBytes;
  }

  /** The whole lines that have come since the last call. */
  async read(): Promise<string[]> {
    if (!(await this.#open())) return [];
    const lines = await this.#readOn();
    if (await this.#isReplaced()) {
      await this.close();
      this.#tailBytes = Infinity;
      if (await this.#open()) lines.push(...(await this.#readOn()));
    }
    return lines;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #open(): Promise<boolean> {
    if (this.#handle !== undefined) return true;
    try {
      this.#handle = await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    const { ino, size } = await this.#handle.stat();
    this.#inode = ino;
    this.#decoder = new StringDecoder('utf8');
    this.#rest = '';
    this.#skipFirst = size > this.#tailBytes;
    // From the byte before: it tells whether a line begins there.
    this.#offset = this.#skipFirst ? size - this.#tailBytes - 1 : 0;
    return true;
  }

  /** Another file stands under the name now, or this one was cut. */
  async #isReplaced(): Promise<boolean> {
    const now = await stat(this.#path).catch(() => undefined);
    return now !== undefined && (now.ino !== this.#inode || now.size < this.#offset);
  }

  async #readOn(): Promise<string[]> {
    const lines: string[] = [];
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const bytesRead = (await this.#handle?.read(buffer, 0, CHUNK_BYTES, this.#offset))?.bytesRead ?? 0;
      if (bytesRead === 0) return lines;
      this.#offset += bytesRead;
      const parts = (this.#rest + this.#decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      this.#rest = parts.pop() ?? '';
      if (this.#skipFirst && parts.length > 0) {
        parts.shift();
        this.#skipFirst = false;
      }
      lines.push(...parts);
      if (this.#rest.length > MAX_LINE) {
        lines.push(this.#rest);
        this.#rest = '';
      }
    }
  }
}
