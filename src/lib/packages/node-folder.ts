import { existsSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, writeFailure } from '../config/write-file.ts';

/**
 * A folder for PATHs that holds the running Node and nothing else, npm above all.
 * @param parent `.mcpgw/packages`
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function nodeFolder(parent: string): string {
  const folder = path.join(parent, 'node');
  const link = path.join(folder, 'node');
  if (existsSync(link) && readlinkSync(link) === process.execPath) return folder;
  makeFolder(folder, 0o700);
  const temporary = `${link}.${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    symlinkSync(process.execPath, temporary);
    renameSync(temporary, link);
  } catch (error) {
    throw writeFailure(error, link);
  }
  return folder;
}
