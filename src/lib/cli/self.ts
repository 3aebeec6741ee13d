import { basename, delimiter, dirname, relative, resolve } from 'node:path';

interface Caller {
  script?: string;
  path?: string;
  cwd?: string;
}

/**
 * How this mcpgw is called again in a shell, for lines to copy: `mcpgw` where it is in the PATH, else node, script and
 * project by absolute path, so that the line works in every folder. npx and npm scripts put a folder of node_modules into
 * the PATH that is not there in the shell where the line will be pasted.
 * @param args the command and its flags
 * @param root the project that the line is about
 */
export function selfCommand(
  args: string,
  root: string,
  { script = process.argv[1] ?? '', path = process.env['PATH'] ?? '', cwd = process.cwd() }: Caller = {},
): string {
  const folder = dirname(script);
  const installed =
    basename(script) === 'mcpgw' &&
    path.split(delimiter).includes(folder) &&
    !folder.includes('node_modules');
  const self = installed ? 'mcpgw' : `${quote(process.execPath)} ${quote(resolve(cwd, script))}`;
  const inside = !relative(root, cwd).startsWith('..');
  return `${self} ${args}${installed && inside ? '' : ` --project ${quote(root)}`}`;
}

/** A word for a POSIX shell. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
