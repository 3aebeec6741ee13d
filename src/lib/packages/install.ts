import { existsSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PackageContext } from './context.ts';
import { installFolder, makeWhole, removeOld } from './folders.ts';
import { contentKey, type Lock, type LockedService, type Requirement } from './lock.ts';
import { installNpm, resolveNpm } from './npm.ts';
import { installPypi, resolvePypi } from './pypi.ts';
import { findPython, isUsable } from './python.ts';

/** The locks that say what is installed. */
export interface Locks {
  /** mcpgw.lock; gets what it lacks. */
  project: Lock;
  /** Whether it has got something. */
  changed: boolean;
  /** Of the services that mcpgw ships; read when mcpgw.lock has no answer. */
  builtIn: () => Lock;
}

type NpmLocked = Extract<LockedService, { npm: unknown }>['npm'];
type PypiLocked = Extract<LockedService, { pypi: unknown }>['pypi'];

/**
 * The folder of a service's npm packages, installed as the lock says.
 * @throws Unavailable; UserError as installNpm and resolveNpm
 */
export async function npmFolder(context: PackageContext, locks: Locks): Promise<string> {
  const { name, packages } = context.descriptor;
  const locked = lockedNpm(context, locks) ?? { packages: packages.npm, tree: await resolveNpm(context) };
  remember(locks, name, { npm: locked });
  const target = installFolder(path.join(context.folder, 'npm'), name, contentKey(locked));
  if (existsSync(target)) return target;
  await makeWhole(target, (folder) => installNpm(locked.tree, folder, context));
  removeOld(target, name);
  return target;
}

/**
 * The folder of the virtual environment with a service's PyPI packages, installed as the lock says.
 * @throws Unavailable; UserError as installPypi and resolvePypi
 */
export async function pypiFolder(context: PackageContext, locks: Locks): Promise<string> {
  const { name } = context.descriptor;
  const parent = path.join(context.folder, 'pypi');
  const folderOf = (list: Requirement[]): string => installFolder(parent, name, contentKey(list));
  const locked = { ...lockedPypi(context, locks) };
  const there = Object.values(locked.requirements).map(folderOf).find(isUsable);
  if (there !== undefined) {
    remember(locks, name, { pypi: locked });
    return there;
  }
  const requirements = locked.requirements['any'] ?? (await forThisPlatform(context, locked));
  remember(locks, name, { pypi: locked });
  const target = folderOf(requirements);
  await makeWhole(target, (folder) => installPypi(requirements, folder, context));
  removeOld(target, name);
  return target;
}

/** What pip has resolved is good for one platform; a list for another one is added, versions may differ. */
async function forThisPlatform(context: PackageContext, locked: PypiLocked): Promise<Requirement[]> {
  if (Object.keys(locked.requirements).length > 0) {
    const list = locked.requirements[(await findPython(context)).platform];
    if (list !== undefined) return list;
  }
  const resolved = await resolvePypi(context);
  locked.requirements =
    resolved.platform === 'any'
      ? { any: resolved.requirements }
      : { ...locked.requirements, [resolved.platform]: resolved.requirements };
  return resolved.requirements;
}

function remember(locks: Locks, service: string, entry: LockedService): void {
  if (JSON.stringify(locks.project.get(service)) === JSON.stringify(entry)) return;
  locks.project.set(service, entry);
  locks.changed = true;
}

/** The project's entry, else the one that mcpgw ships. It counts only for the very packages that the descriptor names. */
function find<Found extends { packages: string[] }>(
  { descriptor }: PackageContext,
  { project, builtIn }: Locks,
  packages: readonly string[],
  part: (entry: LockedService) => Found | undefined,
): Found | undefined {
  const of = (lock: Lock): Found | undefined => {
    const entry = lock.get(descriptor.name);
    const found = entry && part(entry);
    return found && isDeepStrictEqual(found.packages, packages) ? found : undefined;
  };
  return of(project) ?? of(builtIn());
}

const lockedNpm = (context: PackageContext, locks: Locks): NpmLocked | undefined =>
  find(context, locks, context.descriptor.packages.npm, (entry) => ('npm' in entry ? entry.npm : undefined));

function lockedPypi(context: PackageContext, locks: Locks): PypiLocked {
  const { pypi } = context.descriptor.packages;
  const found = find(context, locks, pypi, (entry) => ('pypi' in entry ? entry.pypi : undefined));
  return found ?? { packages: pypi, requirements: {} };
}
