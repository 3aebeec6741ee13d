import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFailure } from '../../config/write-file.ts';
import { UserError } from '../../errors.ts';
import type { LocalPaths } from './paths.ts';
import { prepareRunDir } from './run-files.ts';

const SQLITE_BUSY = 5;
/** The system's words for SQLite's: SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN. */
const SYSTEM_CODES: ReadonlyMap<number, string> = new Map([
  [8, 'EROFS'],
  [10, 'ENOSPC'],
  [13, 'ENOSPC'],
  [14, 'EACCES'],
]);
const POLL_MS = 50;
/** Long enough for an `up` whose packages are there. */
const WAIT_MS = 15_000;

/**
 * Does what writes rendered files and starts or stops a gateway, one command at a time. As the gateway's own lock it is a
 * lock of the kernel (through SQLite), which a killed process leaves free.
 * @param waitMs how long another command is waited for
 * @throws UserError ALREADY_RUNNING, INTERRUPTED, DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export async function withUpLock<T>(
  paths: LocalPaths,
  signal: AbortSignal,
  act: () => Promise<T>,
  waitMs = WAIT_MS,
): Promise<T> {
  createLockFile(paths);
  const database = openDatabase(paths.upLock);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    const lock = (): boolean => {
      try {
        database.exec('BEGIN EXCLUSIVE');
        return true;
      } catch (error) {
        // The low byte is the primary result code.
        const result = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
        if (result === SQLITE_BUSY) return false;
        throw lockFailure(error, SYSTEM_CODES.get(result), paths.upLock);
      }
    };
    for (const deadline = Date.now() + waitMs; !lock();) {
      if (Date.now() >= deadline) throw busy(paths);
      await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    return await act();
  } finally {
    database.close();
  }
}

/** Loaded only here; what older versions of Node say about it on stderr is none of the person's business. */
function openDatabase(file: string): DatabaseSync {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** With mode 0600; SQLite itself would follow the umask. */
function createLockFile(paths: LocalPaths): void {
  prepareRunDir(paths);
  try {
    closeSync(openSync(paths.upLock, 'a', 0o600));
  } catch (error) {
    throw writeFailure(error, paths.upLock);
  }
}

const lockFailure = (error: unknown, code: string | undefined, file: string): unknown =>
  code === undefined ? error : writeFailure(Object.assign(new Error('', { cause: error }), { code }), file);

const busy = ({ root }: LocalPaths): UserError =>
  new UserError('ALREADY_RUNNING', 'Another mcpgw command is changing this project.', {
    place: { file: root },
    nextSteps: ['Wait until it has ended, then look at `mcpgw status`.'],
  });
