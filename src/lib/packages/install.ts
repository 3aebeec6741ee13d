import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PackageContext } from './context.ts';
import { installFolder, makeWhole, removeOld } from './folders.ts';
import { contentKey, type Lock, type LockedService, type Requirement } from './lock.ts';
import { installNpm, resolveNpm } from './npm.ts';
import { installPypi, isUsable, resolvePypi } from './pypi.ts';
import { findPython } from './python.ts';

/** The locks that say what is installed. */
export interface Locks {
  /** mcpgw.lock; gets what it lacks. */
  project: Lock;
  /** Of the services that mcpgw ships. */
  builtIn: Lock;
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
  locks.project.set(name, { npm: locked });
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
  const locked = lockedPypi(context, locks);
  const there = Object.values(locked.requirements).map(folderOf).find(isUsable);
  if (there !== undefined) {
    locks.project.set(name, { pypi: locked });
    return there;
  }
  const requirements = locked.requirements['any'] ?? (await forThisPlatform(context, locked));
  locks.project.set(name, { pypi: locked });
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
  locked.requirements[resolved.platform] = resolved.requirements;
  return resolved.requirements;
}

/** An entry counts only for the very packages that the descriptor names. */
const samePackages = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

const candidates = ({ descriptor }: PackageContext, { project, builtIn }: Locks): LockedService[] =>
  [
    project.get(descriptor.name),
    descriptor.origin === 'built-in' ? builtIn.get(descriptor.name) : undefined,
  ].filter((entry) => entry !== undefined);

const lockedNpm = (context: PackageContext, locks: Locks): NpmLocked | undefined =>
  candidates(context, locks)
    .flatMap((entry) => ('npm' in entry ? [entry.npm] : []))
    .find(({ packages }) => samePackages(packages, context.descriptor.packages.npm));

const lockedPypi = (context: PackageContext, locks: Locks): PypiLocked =>
  candidates(context, locks)
    .flatMap((entry) => ('pypi' in entry ? [entry.pypi] : []))
    .find(({ packages }) => samePackages(packages, context.descriptor.packages.pypi)) ?? {
    packages: context.descriptor.packages.pypi,
    requirements: {},
  };
