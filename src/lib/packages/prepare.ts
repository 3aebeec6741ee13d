import { existsSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Catalog, Descriptor } from '../catalog/descriptor.ts';
import { packageRoot } from '../config/package-root.ts';
import { makeFolder, writeFailure } from '../config/write-file.ts';
import { npmCommand, ownCommand, pypiCommand, type Command, type CommandContext } from './command.ts';
import { Unavailable, type PackageContext } from './context.ts';
import { npmFolder, pypiFolder, type Locks } from './install.ts';
import { readLock, writeLock } from './lock.ts';

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
  const prepared = new Map<string, Prepared>();
  try {
    await eachOf(descriptors, signal, async (descriptor, ended) => {
      const context: PackageContext = {
        descriptor,
        folder,
        env: project.env,
        signal: ended,
        report: (step) => report({ service: descriptor.name, step }),
      };
      prepared.set(descriptor.name, await prepare(context, locks, commands));
    });
  } finally {
    if (locks.changed) writeLock(lockFile, locks.project);
  }
  return prepared;
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

/** Some at a time; the first failure ends the others, and all have ended when this returns. */
async function eachOf(
  descriptors: readonly Descriptor[],
  signal: AbortSignal | undefined,
  work: (descriptor: Descriptor, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const queue = [...descriptors];
  let first: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !ended.aborted; next = queue.shift()) {
      try {
        await work(next, ended);
      } catch (error) {
        first ??= { error };
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (first !== undefined) throw first.error;
}

/** A folder for PATHs that holds the running Node and nothing else, npm above all. */
function nodeFolder(parent: string): string {
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
