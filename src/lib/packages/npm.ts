import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { PackageContext } from './context.ts';
import { installerFailure } from './failures.ts';
import { withTemporaryFolder } from './folders.ts';
import { NPM_NODE_KEYS, npmTreeSchema, type NpmTree } from './lock.ts';
import { findProgram } from './programs.ts';
import { runInstaller } from './run-installer.ts';
import { Unavailable } from './unavailable.ts';

const FLAGS = [
  '--ignore-scripts',
  '--omit=dev',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--package-lock=true',
  '--global=false',
  '--legacy-peer-deps=false',
  '--loglevel=error',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
];

/**
 * Finds the whole tree of a service's npm packages, for every platform.
 * @throws Unavailable without npm; UserError REGISTRY_UNREACHABLE, INVALID_DESCRIPTOR, INSTALL_FAILED, INTERRUPTED
 */
export function resolveNpm(context: PackageContext): Promise<NpmTree> {
  return withTemporaryFolder(context.folder, async (folder) => {
    context.report('finding versions');
    writeManifest(folder, context);
    await runNpm(['install', '--package-lock-only'], folder, context);
    const lock = z
      .object({ packages: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')));
    return treeOf(lock.packages, context);
  });
}

function treeOf(packages: Record<string, Record<string, unknown>>, { descriptor }: PackageContext): NpmTree {
  const nodes = Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, node]) => [place, pick(node)] as const);
  const parsed = npmTreeSchema.safeParse(Object.fromEntries(nodes));
  if (parsed.success) return parsed.data;
  const place = String(parsed.error.issues[0]?.path[0] ?? descriptor.packages.npm.join(', '));
  throw new UserError(
    'INSTALL_FAILED',
    `${place} does not come from a registry that gives its sha512 integrity.`,
    {
      place: { file: descriptor.file, key: 'packages.npm' },
      nextSteps: ['Choose packages whose dependencies all come from a registry.'],
    },
  );
}

const pick = (node: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(node).filter(([key]) => NPM_NODE_KEYS.has(key)));

/**
 * Installs a tree into an empty folder, without running any script of it. npm compares every archive with its integrity.
 * @throws Unavailable without npm; UserError INTEGRITY_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, INTERRUPTED, …
 */
export async function installNpm(tree: NpmTree, folder: string, context: PackageContext): Promise<void> {
  context.report(`installing ${Object.keys(tree).length} packages`);
  const manifest = writeManifest(folder, context);
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest, ...tree } };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  await runNpm(['ci'], folder, context);
}

function writeManifest(folder: string, { descriptor }: PackageContext): object {
  const dependencies = Object.fromEntries(
    descriptor.packages.npm.map((text) => {
      const at = text.lastIndexOf('@');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  const manifest = { name: `mcpgw-${descriptor.name}`, version: '0.0.0', private: true, dependencies };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  return manifest;
}

/** The person's own npm settings hold, registries and certificates among them. */
async function runNpm(args: readonly string[], folder: string, context: PackageContext): Promise<void> {
  const { descriptor, env, signal } = context;
  const nodeFolder = path.dirname(process.execPath);
  const searchPath = [nodeFolder, env['PATH'] ?? ''].join(path.delimiter);
  const npm = findProgram('npm', searchPath);
  if (npm === undefined) {
    throw new Unavailable(
      'npm is not installed, which installs its packages',
      'Install npm, which comes with Node.js.',
    );
  }
  const result = await runInstaller(npm, [...args, '--prefix', folder, ...FLAGS], {
    cwd: folder,
    env: { ...env, PATH: searchPath },
    signal,
  });
  if (result.ok) return;
  throw installerFailure(result, {
    service: descriptor.name,
    packages: descriptor.packages.npm,
    file: descriptor.file,
    installer: 'npm',
  });
}
