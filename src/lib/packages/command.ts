import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Descriptor } from '../catalog/descriptor.ts';
import { findProgram } from './programs.ts';
import { pythonOf } from './python.ts';

/** How a server's process is started. */
export interface Command {
  /** Absolute, or a bare name where there is no such program: the gateway then says so. */
  command: string;
  args: string[];
  /** The child's PATH. */
  path: string;
}

export interface CommandContext {
  /** The project folder. */
  root: string;
  /** A folder that holds `node`, the running one, and nothing else. */
  nodeFolder: string;
  env: NodeJS.ProcessEnv;
}

const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/**
 * The command of a service whose npm packages are installed. Scripts are given to the running Node directly, and npm itself
 * is not on the PATH: a child installs nothing of its own accord.
 * @param folder of the installation
 */
export function npmCommand(descriptor: Descriptor, folder: string, context: CommandContext): Command {
  const program = programIn(path.join(folder, 'node_modules', '.bin'), descriptor);
  if (program === undefined) return { ...ownCommand(descriptor, context), path: context.nodeFolder };
  const script = realpathSync(program);
  const start = isNodeScript(script)
    ? { command: process.execPath, args: [script, ...descriptor.args] }
    : { command: script, args: descriptor.args };
  return { ...start, path: context.nodeFolder };
}

/**
 * The command of a service whose PyPI packages are installed. Scripts are given to the environment's Python directly: their
 * first line names the folder in which they were made. The PATH holds that environment only, neither node nor npm.
 * @param folder of the installation
 */
export function pypiCommand(descriptor: Descriptor, folder: string, context: CommandContext): Command {
  const programs = path.join(folder, 'bin');
  const program = programIn(programs, descriptor);
  if (program === undefined) return { ...ownCommand(descriptor, context), path: programs };
  const start = firstBytes(program).startsWith('#!')
    ? { command: pythonOf(folder), args: [program, ...descriptor.args] }
    : { command: program, args: descriptor.args };
  return { ...start, path: programs };
}

/** The command of a service without packages: a path, from the project folder where it is relative, or a program on the PATH. */
export function ownCommand({ command = '', args }: Descriptor, context: CommandContext): Command {
  const { root, nodeFolder, env } = context;
  const program = command.includes('/') ? path.resolve(root, command) : findProgram(command, env['PATH']);
  const folders = [nodeFolder, ...(program === undefined ? [] : [path.dirname(program)]), ...SYSTEM_FOLDERS];
  return { command: program ?? command, args, path: [...new Set(folders)].join(path.delimiter) };
}

function programIn(folder: string, { command }: Descriptor): string | undefined {
  if (command === undefined || command.includes('/')) return undefined;
  const program = path.join(folder, command);
  return existsSync(program) ? program : undefined;
}

const isNodeScript = (file: string): boolean =>
  /\.[cm]?js$/.test(file) || /^#!.*\bnode\b/.test(firstBytes(file).split('\n')[0] ?? '');

function firstBytes(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(256);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
