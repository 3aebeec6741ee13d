import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

export interface RotatingFileOptions {
  /** The file is moved aside before it grows above this. Bytes. */
  maxBytes: number;
  /** Older files that are kept: `<file>.1` is the newest of them. */
  keep: number;
}

const DEFAULTS: RotatingFileOptions = { maxBytes: 5 * 1024 * 1024, keep: 2 };

/**
 * A log file of bounded size, mode 0600. Lines are written at once, so that the last ones before an end are there. A line
 * that cannot be written, on a full disk for one, is lost: a log never stops the gateway.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #options: RotatingFileOptions;
  #descriptor: number | undefined;
  #size = 0;

  /** @throws the system's error when the file cannot be opened */
  constructor(path: string, options: RotatingFileOptions = DEFAULTS) {
    this.#path = path;
    this.#options = options;
    this.#open();
  }

  write(line: string): void {
    try {
      const bytes = Buffer.byteLength(line);
      if (this.#size > 0 && this.#size + bytes > this.#options.maxBytes) this.#rotate();
      if (this.#descriptor === undefined) return;
      writeSync(this.#descriptor, line);
      this.#size += bytes;
    } catch {
      // Nowhere is left to tell it.
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate(): void {
    if (this.#descriptor === undefined) return;
    for (let age = this.#options.keep; age > 0; age -= 1) {
      const older = age === 1 ? this.#path : `${this.#path}.${age - 1}`;
      renameIfThere(older, `${this.#path}.${age}`);
    }
    this.close();
    this.#open();
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
