import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseDotenv } from './dotenv.ts';
import { writeFileAtomically } from './write-file.ts';

/**
 * Sets one key of the project's `.env` and keeps everything else of the file: comments, order, spacing, mode. A new file is
 * 0600.
 * @param key such as `MCP_FETCH_ENABLED`
 * @param value a word or number that needs no quotes
 * @throws UserError INVALID_CONFIG when the file cannot be read as one; DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function setEnv(root: string, key: string, value: string): void {
  const there = existsSync(path.join(root, '.env'));
  const file = there ? realpathSync(path.join(root, '.env')) : path.join(root, '.env');
  const text = there ? readFileSync(file, 'utf8') : '';
  writeFileAtomically(file, withEnv(text, key, value, file), there ? statSync(file).mode & 0o777 : 0o600);
}

/**
 * The text of a `.env` file with one key set. Of a repeated key the last one is changed, because that one counts.
 * @param file named in errors
 */
export function withEnv(text: string, key: string, value: string, file: string): string {
  const entry = parseDotenv(text, file).findLast((it) => it.key === key);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (entry === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : newline;
    return `${text}${gap}${key}=${value}${newline}`;
  }
  const lines = text.split('\n');
  const last = lines[entry.lastLine - 1] ?? '';
  const first = lines[entry.line - 1] ?? '';
  const start = /^(?:\uFEFF)?\s*(?:export\s+)?[\w.-]+\s*=\s*/.exec(first)?.[0] ?? `${key}=`;
  lines.splice(
    entry.line - 1,
    entry.lastLine - entry.line + 1,
    `${start}${value}${trailer(last, entry.line === entry.lastLine ? start.length : 0)}`,
  );
  return lines.join('\n');
}

/** What follows a value on its last line: spaces and a comment, and the `\r` of a Windows file. */
function trailer(line: string, from: number): string {
  const rest = line.slice(from);
  const quoted = /^(["'`])/.exec(rest)?.[1];
  const after = quoted === undefined ? rest : rest.slice(rest.indexOf(quoted, 1) + 1);
  return /(\s*#.*|\s*)$/.exec(after)?.[0] ?? '';
}
