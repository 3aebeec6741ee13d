import { createLog, type Log } from '@mcpgw/kit';
import { join } from 'node:path';
import { RotatingFile } from './rotating-file.ts';

/** The log files of a project, one a component, `logs/<file>.log`. */
export class Logs {
  readonly #folder: string;
  readonly #files = new Map<string, RotatingFile>();
  readonly #logs = new Map<string, Log>();
  #level: string;

  constructor(folder: string, level: string) {
    this.#folder = folder;
    this.#level = level;
  }

  /**
   * @param name component
   * @param file name of the file without `.log`; the component's own when absent
   * @throws the system's error when the file cannot be opened
   */
  get(name: string, file = name): Log {
    const key = `${file}/${name}`;
    const known = this.#logs.get(key);
    if (known) return known;
    const destination = this.#files.get(file) ?? new RotatingFile(join(this.#folder, `${file}.log`));
    this.#files.set(file, destination);
    const log = createLog(name, this.#level, destination);
    this.#logs.set(key, log);
    return log;
  }

  setLevel(level: string): void {
    this.#level = level;
    for (const log of this.#logs.values()) log.level = level;
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }
}
