import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, writeFailure } from '../config/write-file.ts';

/** A folder under this name is being made, or about to go; the number is the process that does it. */
const TEMPORARY = /^\.(\d+)-[0-9a-f]{12}$/;
const temporaryName = (parent: string): string =>
  path.join(parent, `.${process.pid}-${randomBytes(6).toString('hex')}`);

/** Where a service's packages stand once they are whole. The name changes with their content. */
export const installFolder = (parent: string, service: string, key: string): string =>
  path.join(parent, `${service}-${key}`);

/**
 * Gives `use` an empty folder and removes it afterwards, unless it has been moved away.
 * @param parent made when absent; folders that killed processes have left there are removed
 */
export async function withTemporaryFolder<Result>(
  parent: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  makeFolder(parent, 0o700);
  removeAbandoned(parent);
  const folder = temporaryName(parent);
  makeFolder(folder, 0o700);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a folder as a whole: it gets its name when it is complete, and nothing is left of one that failed.
 * @param target its final path; what stands there is replaced
 * @param fill makes the content in the folder that it is given
 */
export async function makeWhole(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = path.dirname(target);
  await withTemporaryFolder(parent, async (folder) => {
    await fill(folder);
    const old = temporaryName(parent);
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(folder, target);
    } catch (error) {
      throw writeFailure(error, target);
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  });
}

/**
 * Removes older installations of a service. The newest other one stays: a running gateway may still use it.
 * @param current the one that is in force
 */
export function removeOld(current: string, service: string): void {
  const parent = path.dirname(current);
  const others = readdirSync(parent)
    .filter((name) => name.startsWith(`${service}-`) && /^[0-9a-f]{16}$/.test(name.slice(service.length + 1)))
    .map((name) => path.join(parent, name))
    .filter((folder) => folder !== current)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of others.slice(1)) rmSync(folder, { recursive: true, force: true });
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
