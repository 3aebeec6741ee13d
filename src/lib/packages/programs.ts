import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Finds a program as a shell would.
 * @param searchPath a PATH; relative folders in it are skipped
 * @returns its absolute path, undefined when there is none
 */
export function findProgram(name: string, searchPath: string | undefined): string | undefined {
  return (searchPath ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Where package managers are, also under a PATH that leaves them out. */
const SYSTEM_PATH = '/usr/bin:/bin:/opt/homebrew/bin:/usr/local/bin:/home/linuxbrew/.linuxbrew/bin';

/** The line that installs Python with venv and pip on this machine. */
export function pythonInstallLine(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  systemPath = SYSTEM_PATH,
): string {
  const has = (name: string): boolean =>
    findProgram(name, env['PATH']) !== undefined || findProgram(name, systemPath) !== undefined;
  if (platform === 'darwin' || (!has('apt-get') && !has('dnf') && has('brew'))) return 'brew install python';
  if (has('apt-get')) return 'sudo apt install python3 python3-venv';
  if (has('dnf')) return 'sudo dnf install python3';
  return [
    'Install Python 3.10 or newer, with venv and pip: `sudo apt install python3 python3-venv` (Debian, Ubuntu),',
    '`sudo dnf install python3` (Fedora), `brew install python` (Homebrew).',
  ].join(' ');
}
