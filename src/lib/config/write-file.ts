import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { UserError, type ErrorCode } from '../errors.ts';

const SYSTEM: ReadonlyMap<string, [code: ErrorCode, what: string, nextStep: string]> = new Map([
  ['ENOSPC', ['DISK_FULL', 'the disk is full', 'Free some space and run the command again.']],
  ['EDQUOT', ['DISK_FULL', 'the disk quota is used up', 'Free some space and run the command again.']],
  ['EROFS', ['READ_ONLY', 'the file system is read-only', 'Choose a project folder that can be written.']],
  ['EACCES', ['NO_PERMISSION', 'permission is denied', 'Check who owns the folder, and its mode.']],
  [
    'EISDIR',
    ['EDITED_FILE', 'a folder stands in its place', 'Move the folder away and run the command again.'],
  ],
  ['EPERM', ['NO_PERMISSION', 'it is not permitted', 'Check who owns the folder, and its mode.']],
]);

/** What a person can mend about a failed write; every other error is returned as it is. */
export function writeFailure(error: unknown, file: string): unknown {
  const known = SYSTEM.get((error as NodeJS.ErrnoException).code ?? '');
  if (known === undefined) return error;
  const [code, what, nextStep] = known;
  return new UserError(code, `Cannot write ${path.basename(file)}: ${what}. The file is as it was before.`, {
    cause: error,
    nextSteps: [nextStep],
    place: { file },
  });
}

/**
 * Replaces a file by rename: whoever reads it sees the old one or the new one, and a failure leaves the old one.
 * @param mode of the new file, whatever the old one's was
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function writeFileAtomically(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeDurably(temporary, text, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(error, file);
  }
}

function writeDurably(file: string, text: string, mode: number): void {
  // `wx` follows no link that somebody has put there.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', mode);
  try {
    const data = Buffer.from(text);
    for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const PROBE = 'x'.repeat(64 * 1024);

/**
 * Finds out before something depends on it whether a folder can be written: writes 64 KiB and removes them.
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function requireWritable(folder: string): void {
  makeFolder(folder, 0o700);
  const file = path.join(folder, `.probe.${process.pid}.tmp`);
  try {
    writeDurably(file, PROBE, 0o600);
  } catch (error) {
    throw writeFailure(error, file);
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * Makes a folder and those above it.
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (error) {
    throw writeFailure(reasonFor(error, folder), folder);
  }
}

/** With `recursive`, Node says ENOENT of a read-only file system; one folder alone is told the truth. */
function reasonFor(error: unknown, folder: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  let missing = folder;
  while (!existsSync(path.dirname(missing))) missing = path.dirname(missing);
  try {
    mkdirSync(missing);
    return error;
  } catch (reason) {
    return reason;
  }
}
