import { parseEnv } from 'node:util';
import { UserError } from '../errors.ts';

/** One `KEY=value` of a `.env` file. Lines count from 1, both ends inclusive. */
export interface EnvEntry {
  key: string;
  value: string;
  line: number;
  lastLine: number;
}

const STATEMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(["'`]?)/;

/**
 * Reads a `.env` text. Values are read as Node's own `util.parseEnv` reads them: quotes of three kinds, of which a value may
 * span lines, `\n` inside double quotes, ` # comment` after a bare value. What parseEnv would skip silently is an error.
 * @param file named in errors
 * @returns the statements in order; of a repeated key the last one counts
 * @throws UserError INVALID_CONFIG at a line that is no statement, or a quote that is not closed
 */
export function parseDotenv(text: string, file: string): EnvEntry[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const entries: EnvEntry[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const start = lines[at] ?? '';
    if (/^\s*(#|$)/.test(start)) continue;
    const match = STATEMENT.exec(start);
    const key = match?.[1];
    if (match === null || key === undefined) {
      // The line itself is not shown: it may hold a secret.
      throw invalid(file, at + 1, 'This line is not KEY=value.', 'Write KEY=value, or # before a comment.');
    }
    const quote = match[2] ?? '';
    const last = quote === '' ? at : closingLine(lines, at, match[0].length, quote);
    if (last === undefined) {
      throw invalid(
        file,
        at + 1,
        `The value of ${key} has no closing ${quote}.`,
        `Add the ${quote} at the end.`,
      );
    }
    const value = parseEnv(lines.slice(at, last + 1).join('\n'))[key] ?? '';
    entries.push({ key, value, line: at + 1, lastLine: last + 1 });
    at = last;
  }
  return entries;
}

function closingLine(lines: string[], first: number, from: number, quote: string): number | undefined {
  for (let at = first; at < lines.length; at += 1) {
    if (lines[at]?.includes(quote, at === first ? from : 0)) return at;
  }
  return undefined;
}

const invalid = (file: string, line: number, message: string, nextStep: string): UserError =>
  new UserError('INVALID_CONFIG', message, { place: { file, line }, nextSteps: [nextStep] });
