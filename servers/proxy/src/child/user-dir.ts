import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProxyRun } from '@mcpgw/kit/contract';

const PLACEHOLDER = '{userDir}';
const MAX_NAME = 200;

/** What a child is started with. */
export interface ChildSpec {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** Whether the service keeps a folder a principal, so that no child can be started before its user is known. */
export const isPersonal = ({ args, env }: Pick<ProxyRun, 'args' | 'env'>): boolean =>
  args.some((arg) => arg.includes(PLACEHOLDER)) ||
  Object.values(env).some((value) => value.includes(PLACEHOLDER));

/**
 * A folder name for a principal: no two principals share one, on a file system that ignores case either, and none
 * leaves its parent.
 */
export function folderName(principal: string): string {
  const name = Array.from(Buffer.from(principal), (byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  if (name.length <= MAX_NAME) return name;
  return `${name.slice(0, 100)}%${createHash('sha256').update(principal).digest('hex')}`;
}

/**
 * The command line and environment for one principal; creates the principal's folder (mode 0700) where one is used.
 * @throws when the folder cannot be created
 */
export function childSpec(run: ProxyRun, principal: string): ChildSpec {
  const { command, args, env, cwd } = run;
  if (!isPersonal(run)) return { command, args, env, cwd };
  const userDir = join(run.userDirs, folderName(principal));
  mkdirSync(userDir, { recursive: true, mode: 0o700 });
  const fill = (text: string): string => text.replaceAll(PLACEHOLDER, () => userDir);
  return {
    command,
    args: args.map(fill),
    env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, fill(value)])),
    cwd,
  };
}
