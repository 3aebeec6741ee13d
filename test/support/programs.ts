import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  /** Names under which it is looked up in PATH, best first. */
  names: readonly string[];
  /** Arguments of a run that succeeds only when the program is fit for the tests. */
  probe?: readonly string[];
  /** The line that installs it. */
  install: { linux: string; darwin: string };
}

const PROGRAMS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    install: { linux: 'sudo apt-get install chromium', darwin: 'brew install --cask chromium' },
  },
  python3: {
    names: ['python3'],
    probe: ['-c', 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))'],
    install: { linux: 'sudo apt-get install python3 python3-venv', darwin: 'brew install python' },
  },
  'redis-server': {
    names: ['redis-server'],
    install: { linux: 'sudo apt-get install redis-server', darwin: 'brew install redis' },
  },
} as const satisfies Record<string, Program>;

/** A program that some tests need and a machine may lack. */
export type ProgramName = keyof typeof PROGRAMS;

/**
 * The line that installs a program on this machine.
 * @param name one of the table above
 */
export const installLine = (name: ProgramName): string =>
  PROGRAMS[name].install[process.platform === 'darwin' ? 'darwin' : 'linux'];

/**
 * Looks a program up.
 * @param path the search path, in the form of PATH
 * @returns its absolute path; undefined when it is absent or not fit for the tests
 */
export function findProgram(name: ProgramName, path = process.env['PATH'] ?? ''): string | undefined {
  const program: Program = PROGRAMS[name];
  return program.names
    .flatMap((file) => path.split(delimiter).map((folder) => join(folder, file)))
    .find((file) => isExecutable(file) && (program.probe === undefined || succeeds(file, program.probe)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const succeeds = (file: string, args: readonly string[]): boolean =>
  spawnSync(file, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
