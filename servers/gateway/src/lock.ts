import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StartFailure } from './failure.ts';

const SQLITE_BUSY = 5;

/**
 * Takes the lock of a project, so that one gateway at a time writes its state. It is a lock of the kernel on an open file
 * (through SQLite): it vanishes with the process, however that ends, and never has to be cleaned up.
 * @param file created with mode 0600 when absent
 * @returns gives the lock back
 * @throws StartFailure ALREADY_RUNNING when another process holds it
 */
export function takeLock(file: string): () => void {
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new StartFailure(
      'ALREADY_RUNNING',
      'This project is already running. `mcpgw status` shows it, `mcpgw down` stops it.',
      { cause: error },
    );
  }
  return () => {
    if (database.isOpen) database.close();
  };
}
