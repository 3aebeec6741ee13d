import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { InstallerContext, PackageContext, Pip, Python } from './context.ts';
import { installerFailure } from './failures.ts';
import { makeWhole, withTemporaryFolder } from './folders.ts';
import type { Requirement } from './lock.ts';
import { pythonInstallLine } from './programs.ts';
import { findPython, isUsable, markInterpreter, pythonOf } from './python.ts';
import { requirementsFile } from './requirements.ts';
import { runInstaller } from './run-installer.ts';
import { Unavailable } from './unavailable.ts';

/**
 * Makes pip ready, in `.mcpgw/packages/pip`, from what the Python brings; no registry is asked.
 * @throws Unavailable without a Python that can; UserError INTERRUPTED, DISK_FULL, …
 */
export async function preparePip(context: InstallerContext): Promise<Pip> {
  const python = await findPython(context);
  const target = path.join(context.folder, 'pip');
  if (!isUsable(target)) await makeWhole(target, (folder) => makeEnvironment(python, folder, context, []));
  return { python, command: pythonOf(target) };
}

async function makeEnvironment(
  { command }: Python,
  folder: string,
  { env, signal }: InstallerContext,
  flags: readonly string[],
): Promise<void> {
  const result = await runInstaller(command, ['-I', '-m', 'venv', ...flags, folder], {
    cwd: folder,
    env,
    signal,
  });
  if (!result.ok) {
    const why = (result.stderr || result.stdout).trim().split('\n').at(-1) ?? '';
    throw new Unavailable(`${command} cannot make a virtual environment: ${why}`, pythonInstallLine(env));
  }
  markInterpreter(folder);
}

/** Of what pip reports of a resolution (its format 1), which archive it chose for each package. */
const reportSchema = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({
        archive_info: z.object({ hashes: z.record(z.string(), z.string()).optional() }).optional(),
      }),
    }),
  ),
});

/**
 * Finds the whole tree of a service's packages, for this platform.
 * @returns requirements whose hash is empty where an index gives none
 * @throws Unavailable where pip is too old; UserError REGISTRY_UNREACHABLE, INVALID_DESCRIPTOR, INTERRUPTED, …
 */
export function resolveWithPip(pip: Pip, context: PackageContext): Promise<Requirement[]> {
  return withTemporaryFolder(context.folder, async (folder) => {
    const report = path.join(folder, 'report.json');
    const choose = ['--dry-run', '--ignore-installed', '--only-binary', ':all:', '--report', report];
    await runPip(pip, ['install', ...choose, ...context.descriptor.packages.pypi], folder, context);
    const { install } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
    return install
      .map(({ metadata: { name, version }, download_info: { archive_info: archive } }) => ({
        name,
        version,
        hashes: [archive?.hashes?.['sha256'] ?? ''],
      }))
      .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  });
}

/**
 * Makes a virtual environment with exactly these packages, each compared with its hashes, from archives that run no code
 * when they are installed.
 * @param folder an empty folder
 * @throws UserError INTEGRITY_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, INTERRUPTED, …
 */
export async function installWithPip(
  pip: Pip,
  requirements: readonly Requirement[],
  folder: string,
  context: PackageContext,
): Promise<void> {
  await makeEnvironment(pip.python, folder, context, ['--without-pip']);
  const exactly = [
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--no-deps',
    '-r',
    requirementsFile(folder, requirements),
  ];
  await runPip(
    pip,
    ['install', '--no-user', '--prefix', folder, '--ignore-installed', ...exactly],
    folder,
    context,
  );
}

async function runPip(
  pip: Pip,
  args: readonly string[],
  folder: string,
  context: PackageContext,
): Promise<void> {
  const { descriptor, env, signal } = context;
  const flags = ['--disable-pip-version-check', '--no-input', '--quiet', '--retries', '1'];
  const result = await runInstaller(pip.command, ['-I', '-m', 'pip', ...flags, ...args], {
    cwd: folder,
    env,
    signal,
  });
  if (result.ok) return;
  if (result.stderr.includes('no such option: --report')) {
    throw new Unavailable(
      'its packages must be found first, and this Python’s pip is older than 22.2',
      'Install uv, or a newer Python.',
    );
  }
  const { name: service, packages, file } = descriptor;
  throw installerFailure(result, { service, packages: packages.pypi, file, installer: 'pip' });
}
