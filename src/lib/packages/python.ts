import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { InstallerContext, Python } from './context.ts';
import { findProgram, pythonInstallLine } from './programs.ts';
import { runInstaller } from './run-installer.ts';
import { Unavailable } from './unavailable.ts';

const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

const PROBE = `
import json, platform, sys
missing = None
try:
    import venv, ensurepip
except ImportError as error:
    missing = error.name
print(json.dumps({"minor": sys.version_info[1] if sys.version_info[0] == 3 else 0, "missing": missing,
    "platform": "%s-%s-python%d.%d" % (sys.platform, platform.machine(), *sys.version_info[:2])}))
`;

const probeSchema = z.object({ minor: z.int(), missing: z.string().nullable(), platform: z.string() });

/**
 * Finds a Python of this machine.
 * @throws Unavailable with the line that installs what is missing; UserError INTERRUPTED
 */
export async function findPython({ env, signal, folder }: InstallerContext): Promise<Python> {
  let reason = 'Python 3.10 or newer is not installed';
  for (const name of NAMES) {
    const command = findProgram(name, env['PATH']);
    if (command === undefined) continue;
    const options = { cwd: folder, env, signal, timeoutMs: 10_000 };
    const result = await runInstaller(command, ['-I', '-c', PROBE], options);
    if (!result.ok) continue;
    const { minor, missing, platform } = probeSchema.parse(JSON.parse(result.stdout));
    if (minor < 10) continue;
    if (missing === null) return { command, platform };
    reason = `${command} has no module ${missing}, which makes virtual environments`;
  }
  throw new Unavailable(reason, pythonInstallLine(env));
}

/** Inside a virtual environment: the interpreter that it was made of, which an upgrade of the system may take away. */
const INTERPRETER = 'interpreter';

export const pythonOf = (environment: string): string => path.join(environment, 'bin', 'python');

/** Writes down of which interpreter a virtual environment was made. */
export const markInterpreter = (environment: string): void =>
  writeFileSync(path.join(environment, INTERPRETER), realpathSync(pythonOf(environment)));

/** Whether the interpreter of a virtual environment is still the one that it was made of. */
export function isUsable(environment: string): boolean {
  try {
    return realpathSync(pythonOf(environment)) === readFileSync(path.join(environment, INTERPRETER), 'utf8');
  } catch {
    return false;
  }
}
