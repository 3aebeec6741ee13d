import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { Unavailable, type PackageContext } from './context.ts';
import { installerFailure } from './failures.ts';
import { withTemporaryFolder } from './folders.ts';
import { requirementsSchema, type Requirement } from './lock.ts';
import { findProgram, pythonInstallLine } from './programs.ts';
import { findPython } from './python.ts';
import { runInstaller, type InstallerResult } from './run-installer.ts';

/** Only archives that run no code when they are installed, and only those with a known hash. */
const INSTALL = ['--require-hashes', '--only-binary', ':all:'];
const PIP = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1'];

/** Beside the virtual environment: the interpreter that it was made of, which an upgrade of the system may take away. */
const INTERPRETER = 'interpreter';

export interface Resolved {
  /** `any`, or the platform that the list is good for. */
  platform: string;
  requirements: Requirement[];
}

/**
 * Finds the whole tree of a service's PyPI packages: for all platforms by uv, for this one by pip.
 * @param oldestPython version that the list must be good for, by uv only
 * @throws Unavailable without Python; UserError REGISTRY_UNREACHABLE, INVALID_DESCRIPTOR, INSTALL_FAILED, INTERRUPTED
 */
export function resolvePypi(context: PackageContext, oldestPython?: string): Promise<Resolved> {
  context.report('finding versions');
  const uv = findUv(context);
  return withTemporaryFolder(context.folder, (folder) =>
    uv === undefined ? resolveWithPip(folder, context) : resolveWithUv(uv, folder, context, oldestPython),
  );
}

async function resolveWithUv(
  uv: string,
  folder: string,
  context: PackageContext,
  oldestPython: string | undefined,
): Promise<Resolved> {
  const input = path.join(folder, 'requirements.in');
  writeFileSync(input, `${context.descriptor.packages.pypi.join('\n')}\n`);
  const result = await runUv(
    uv,
    [
      ...['pip', 'compile', '--universal', '--generate-hashes', '--no-header', '--no-annotate', '--quiet'],
      ...(oldestPython === undefined ? [] : ['--python-version', oldestPython]),
      ...['--only-binary', ':all:', input],
    ],
    folder,
    context,
  );
  return { platform: 'any', requirements: checked(parseRequirements(result.stdout), context) };
}

/** Reads what `uv pip compile --generate-hashes` prints. */
export function parseRequirements(text: string): Requirement[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [requirement = '', ...hashes] = line.split('--hash=sha256:');
      const [pin = '', marker] = requirement.split(';');
      const [name = '', version = ''] = pin.trim().split('==');
      return {
        name,
        version,
        ...(marker !== undefined && { marker: marker.trim() }),
        hashes: hashes.map((hash) => hash.trim()),
      };
    });
}

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

async function resolveWithPip(folder: string, context: PackageContext): Promise<Resolved> {
  const { platform } = await makeEnvironment(folder, context);
  const report = path.join(folder, 'report.json');
  await runPip(
    folder,
    [
      'install',
      '--dry-run',
      '--ignore-installed',
      '--only-binary',
      ':all:',
      '--quiet',
      '--report',
      report,
    ].concat(context.descriptor.packages.pypi),
    context,
  );
  const { install } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  const requirements = install
    .map(({ metadata: { name, version }, download_info: { archive_info: archive } }) => ({
      name,
      version,
      hashes: [archive?.hashes?.['sha256'] ?? ''],
    }))
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return { platform, requirements: checked(requirements, context) };
}

function checked(requirements: Requirement[], { descriptor }: PackageContext): Requirement[] {
  const parsed = requirementsSchema.safeParse(requirements);
  if (parsed.success) return parsed.data;
  const name =
    requirements[Number(parsed.error.issues[0]?.path[0])]?.name ?? descriptor.packages.pypi.join(', ');
  throw new UserError('INSTALL_FAILED', `${name} does not come from an index that gives its sha256.`, {
    place: { file: descriptor.file, key: 'packages.pypi' },
    nextSteps: ['Choose packages whose dependencies all come from an index.'],
  });
}

/**
 * Makes a virtual environment with exactly these packages, each compared with its hashes.
 * @param folder an empty folder
 * @throws Unavailable without Python; UserError INTEGRITY_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, INTERRUPTED, …
 */
export async function installPypi(
  requirements: readonly Requirement[],
  folder: string,
  context: PackageContext,
): Promise<void> {
  context.report(`installing ${requirements.length} packages`);
  const list = path.join(folder, 'requirements.txt');
  writeFileSync(list, requirementsText(requirements));
  const uv = findUv(context);
  if (uv === undefined) {
    await makeEnvironment(folder, context);
    await runPip(folder, ['install', ...INSTALL, '--no-deps', '--quiet', '-r', list], context);
  } else {
    const venv = ['venv', '--no-project', '--allow-existing', '--python', '>=3.10', '--quiet', folder];
    await runUv(uv, venv, folder, context);
    const install = ['pip', 'install', ...INSTALL, '--no-deps', '--compile-bytecode', '--quiet', '-r', list];
    await runUv(uv, [...install, '--python', pythonOf(folder)], folder, context);
  }
  writeFileSync(path.join(folder, INTERPRETER), realpathSync(pythonOf(folder)));
}

const requirementsText = (requirements: readonly Requirement[]): string =>
  requirements
    .map(({ name, version, marker, hashes }) =>
      [
        `${name}==${version}${marker === undefined ? '' : ` ; ${marker}`}`,
        ...hashes.map((hash) => `    --hash=sha256:${hash}`),
      ].join(' \\\n'),
    )
    .join('\n');

/** Whether the interpreter of a virtual environment is still the one that it was made of. */
export function isUsable(folder: string): boolean {
  try {
    return realpathSync(pythonOf(folder)) === readFileSync(path.join(folder, INTERPRETER), 'utf8');
  } catch {
    return false;
  }
}

export const pythonOf = (folder: string): string => path.join(folder, 'bin', 'python');

const findUv = ({ env }: PackageContext): string | undefined => findProgram('uv', env['PATH']);

async function makeEnvironment(folder: string, context: PackageContext): Promise<{ platform: string }> {
  const python = await findPython(context);
  const { env, signal } = context;
  const result = await runInstaller(python.command, ['-I', '-m', 'venv', folder], {
    cwd: folder,
    env,
    signal,
  });
  if (!result.ok) throw failure(result, 'pip', context);
  return python;
}

async function runPip(folder: string, args: readonly string[], context: PackageContext): Promise<void> {
  const { env, signal } = context;
  const result = await runInstaller(pythonOf(folder), [...PIP, ...args], { cwd: folder, env, signal });
  if (!result.ok) throw failure(result, 'pip', context);
}

async function runUv(
  uv: string,
  args: readonly string[],
  folder: string,
  context: PackageContext,
): Promise<InstallerResult> {
  const { env, signal } = context;
  const result = await runInstaller(uv, args, { cwd: folder, env, signal });
  if (result.ok) return result;
  if (/No interpreter found/i.test(result.stderr)) {
    throw new Unavailable('Python 3.10 or newer is not installed', pythonInstallLine(env));
  }
  throw failure(result, 'uv', context);
}

const failure = (
  result: InstallerResult,
  installer: 'pip' | 'uv',
  { descriptor }: PackageContext,
): UserError =>
  installerFailure(result, {
    service: descriptor.name,
    packages: descriptor.packages.pypi,
    file: descriptor.file,
    installer,
  });
