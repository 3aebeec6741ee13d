import path from 'node:path';
import type { Catalog } from '../catalog/descriptor.ts';
import { packageRoot } from '../config/package-root.ts';
import { makeFolder } from '../config/write-file.ts';
import { npmCommand, ownCommand, pypiCommand, type Command, type CommandContext } from './command.ts';
import type { InstallerContext, PackageContext } from './context.ts';
import { npmFolder, pypiFolder, type Locks } from './install.ts';
import { readLock, writeLock } from './lock.ts';
import { nodeFolder } from './node-folder.ts';
import { preparePip } from './pip.ts';
import { Unavailable } from './unavailable.ts';

/** How a service's server is started, or why it cannot be on this machine. */
export type Prepared =
  | { state: 'installed'; command: string; args: string[]; path: string }
  | { state: 'unavailable'; reason: string; nextStep: string };

/** Progress of the preparation of one service, such as `installing 98 packages`. */
export interface PrepareEvent {
  service: string;
  step: string;
}

/** The part of a project that packages are about. */
export interface PackageProject {
  root: string;
  stateDir: string;
  catalog: Catalog;
  env: NodeJS.ProcessEnv;
}

/** Installers at a time. */
const PARALLEL = 2;

/**
 * Installs what the named services need, as mcpgw.lock says, into `.mcpgw/packages`. Asks no registry when all is there.
 * Native services are not among the answers: they need nothing.
 * @param report is told of each step that takes time
 * @param signal ends the running installers together with their children
 * @throws UserError REGISTRY_UNREACHABLE, INTEGRITY_MISMATCH, INVALID_DESCRIPTOR, INSTALL_FAILED, DISK_FULL, READ_ONLY,
 *   NO_PERMISSION, INTERRUPTED; nothing is then half installed, and what was installed before stays
 */
export async function preparePackages(
  project: PackageProject,
  services: readonly string[],
  report: (event: PrepareEvent) => void,
  signal?: AbortSignal,
): Promise<Map<string, Prepared>> {
  const descriptors = [...project.catalog.values()].filter(
    ({ name, pattern }) => pattern === 'proxy' && services.includes(name),
  );
  const folder = path.join(project.stateDir, 'packages');
  makeFolder(project.stateDir, 0o700);
  for (const { name } of descriptors) makeFolder(path.join(project.stateDir, 'data', name), 0o700);
  const commands: CommandContext = { root: project.root, nodeFolder: nodeFolder(folder), env: project.env };

  const lockFile = path.join(project.root, 'mcpgw.lock');
  const locks: Locks = {
    project: readLock(lockFile),
    changed: false,
    builtIn: () => readLock(path.join(packageRoot(), 'templates', 'mcpgw.lock')),
  };
  const failed = new AbortController();
  const installers: InstallerContext = {
    folder,
    env: project.env,
    signal: signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]),
  };
  const pip = once(() => preparePip(installers));
  const prepared = new Map<string, Prepared>();
  try {
    await eachOf(
      descriptors,
      () => failed.abort(),
      async (descriptor) => {
        const progress = (step: string): void => report({ service: descriptor.name, step });
        const context: PackageContext = { ...installers, descriptor, report: progress, pip };
        prepared.set(descriptor.name, await prepare(context, locks, commands));
      },
    );
  } finally {
    if (locks.changed) writeLock(lockFile, locks.project);
  }
  return prepared;
}

/** Calls at the first use only, and gives everybody the same answer. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

async function prepare(context: PackageContext, locks: Locks, commands: CommandContext): Promise<Prepared> {
  try {
    return { state: 'installed', ...(await commandOf(context, locks, commands)) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { state: 'unavailable', reason: error.message, nextStep: error.nextStep };
  }
}

async function commandOf(context: PackageContext, locks: Locks, commands: CommandContext): Promise<Command> {
  const { descriptor } = context;
  if (descriptor.packages.npm.length > 0) {
    return npmCommand(descriptor, await npmFolder(context, locks), commands);
  }
  if (descriptor.packages.pypi.length > 0) {
    return pypiCommand(descriptor, await pypiFolder(context, locks), commands);
  }
  return ownCommand(descriptor, commands);
}

/** Some at a time. After a failure nothing new begins, and all have ended when this throws the first one. */
async function eachOf<Item>(
  items: readonly Item[],
  onFailure: () => void,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await work(next);
      } catch (error) {
        queue.length = 0;
        failures.push(error);
        onFailure();
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (failures.length > 0) throw failures[0];
}
