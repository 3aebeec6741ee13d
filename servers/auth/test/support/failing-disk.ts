import { StatementSync, DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { tempDir } from '../../../../test/support/temp-dir.ts';

/** What SQLite throws when the disk is full, and when it may not write. */
export function sqliteFaults(): { full: Error; readOnly: Error } {
  const { path, remove } = tempDir();
  const file = join(path, 'small.sqlite');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE rows (text TEXT); PRAGMA max_page_count = 2;');
  const full = thrownBy(() => database.exec(`INSERT INTO rows VALUES (hex(zeroblob(100000)))`));
  database.close();
  const locked = new DatabaseSync(file, { readOnly: true });
  const readOnly = thrownBy(() => locked.exec("INSERT INTO rows VALUES ('')"));
  locked.close();
  remove();
  return { full, readOnly };
}

/** While `work` runs, every statement that writes fails with `fault`, in this process. */
export async function whileWritesFail<T>(fault: Error, work: () => Promise<T>): Promise<T> {
  const prototype = StatementSync.prototype as { run: unknown };
  const { run } = prototype;
  prototype.run = () => {
    throw fault;
  };
  try {
    return await work();
  } finally {
    prototype.run = run;
  }
}

function thrownBy(work: () => void): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
