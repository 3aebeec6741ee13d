import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PackageContext } from './context.ts';
import { installerFailure } from './failures.ts';
import { withTemporaryFolder } from './folders.ts';
import type { Requirement } from './lock.ts';
import { findProgram, pythonInstallLine } from './programs.ts';
import { markInterpreter, pythonOf } from './python.ts';
import { parseRequirements, requirementsFile } from './requirements.ts';
import { runInstaller } from './run-installer.ts';
import { Unavailable } from './unavailable.ts';

/** The person's uv, undefined when there is none. */
export const findUv = ({ env }: PackageContext): string | undefined => findProgram('uv', env['PATH']);

/**
 * Finds the whole tree of a service's packages, for all platforms at once.
 * @param oldestPython version that the list must be good for; the machine's own when absent
 * @throws Unavailable without Python; UserError REGISTRY_UNREACHABLE, INVALID_DESCRIPTOR, INTERRUPTED, …
 */
export function resolveWithUv(
  uv: string,
  context: PackageContext,
  oldestPython?: string,
): Promise<Requirement[]> {
  return withTemporaryFolder(context.folder, async (folder) => {
    const input = path.join(folder, 'requirements.in');
    writeFileSync(input, `${context.descriptor.packages.pypi.join('\n')}\n`);
    const choose = [
      '--universal',
      '--generate-hashes',
      '--only-binary',
      ':all:',
      '--no-header',
      '--no-annotate',
    ];
    const oldest = oldestPython === undefined ? [] : ['--python-version', oldestPython];
    return parseRequirements(
      await runUv(uv, ['pip', 'compile', ...choose, ...oldest, input], folder, context),
    );
  });
}

/**
 * Makes a virtual environment with exactly these packages, each compared with its hashes, from archives that run no code
 * when they are installed.
 * @param folder an empty folder
 * @throws Unavailable without Python; UserError INTEGRITY_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, INTERRUPTED, …
 */
export async function installWithUv(
  uv: string,
  requirements: readonly Requirement[],
  folder: string,
  context: PackageContext,
): Promise<void> {
  await runUv(
    uv,
    ['venv', '--no-project', '--allow-existing', '--python', '>=3.10', folder],
    folder,
    context,
  );
  const exactly = [
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--no-deps',
    '-r',
    requirementsFile(folder, requirements),
  ];
  const into = ['--python', pythonOf(folder), '--compile-bytecode'];
  await runUv(uv, ['pip', 'install', ...into, ...exactly], folder, context);
  markInterpreter(folder);
}

async function runUv(
  uv: string,
  args: readonly string[],
  folder: string,
  context: PackageContext,
): Promise<string> {
  const { descriptor, env, signal } = context;
  const result = await runInstaller(uv, ['--quiet', ...args], { cwd: folder, env, signal });
  if (result.ok) return result.stdout;
  if (/No interpreter found/i.test(result.stderr)) {
    throw new Unavailable('Python 3.10 or newer is not installed', pythonInstallLine(env));
  }
  const { name: service, packages, file } = descriptor;
  throw installerFailure(result, { service, packages: packages.pypi, file, installer: 'uv' });
}
