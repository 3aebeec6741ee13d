import { relative } from 'node:path';
import { ERROR_CODES, UserError, type ErrorCode, type Place } from '../errors.ts';
import { printable } from '../text/printable.ts';
import { style } from '../text/style.ts';

/** Any error, as it is shown. */
export interface Failure {
  code: ErrorCode;
  message: string;
  nextSteps: string[];
  place: Place | undefined;
  exitCode: number;
  /** For a defect only. */
  stack?: string;
}

const SYSTEM: ReadonlyMap<string, [ErrorCode, string, string]> = new Map([
  ['ENOSPC', ['DISK_FULL', 'The disk is full', 'Free some space and run the command again.']],
  ['EDQUOT', ['DISK_FULL', 'The disk quota is used up', 'Free some space and run the command again.']],
  ['EROFS', ['READ_ONLY', 'The file system is read-only', 'Choose a project folder that can be written.']],
  ['EACCES', ['NO_PERMISSION', 'Permission denied', 'Check who owns the file and its mode.']],
  ['EPERM', ['NO_PERMISSION', 'Operation not permitted', 'Check who owns the file and its mode.']],
]);

/**
 * Turns whatever was thrown into what is shown. What nobody foresaw is a defect of mcpgw.
 * @param error a UserError, an error of oclif's parser, of a prompt, of the system, or anything
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof UserError) {
    const { code, message, nextSteps, place, exitCode } = error;
    return { code, message, nextSteps, place, exitCode };
  }
  if (!(error instanceof Error)) return bug(new Error(String(error)));
  if (error.name === 'ExitPromptError' || error.name === 'AbortError') {
    return failure('INTERRUPTED', 'Interrupted; nothing was left running.', []);
  }
  if (isWrongUse(error)) {
    return failure('WRONG_USE', error.message.replace(/\nSee more help with --help$/, ''), [
      'See the flags and examples with `--help`.',
    ]);
  }
  const { code, path } = error as NodeJS.ErrnoException;
  const [ours, message, nextStep] = SYSTEM.get(code ?? '') ?? [];
  if (ours !== undefined && message !== undefined && nextStep !== undefined) {
    return failure(ours, `${message}.`, [nextStep], path === undefined ? undefined : { file: path });
  }
  return bug(error);
}

/** The `--json` form of a failure. */
export function failureDocument({ code, message, nextSteps, place }: Failure): object {
  return { error: { code, message, nextSteps, place: place ?? null } };
}

/** The form for people: what happened, where, what to do next. */
export function failureText({ code, message, nextSteps, place, stack }: Failure): string {
  const dim = (text: string): string => style('dim', text, process.stderr);
  const [first = '', ...rest] = printable(message).split('\n');
  const lines = [
    `${style(['red', 'bold'], 'Error', process.stderr)} ${first} ${dim(`(${code})`)}`,
    ...rest.map((line) => `  ${line}`),
  ];
  if (place !== undefined) lines.push(`  ${dim('where')}  ${printable(formatPlace(place))}`);
  for (const step of nextSteps) lines.push(`  ${dim('next')}   ${printable(step)}`);
  if (stack !== undefined) lines.push(dim(printable(stack)));
  return lines.join('\n');
}

/** `file:line key`, the file relative to the working folder where it lies inside. */
function formatPlace({ file, line, key }: Place): string {
  const near = relative(process.cwd(), file);
  const name = near === '' || near.startsWith('..') ? file : near;
  return `${name}${line === undefined ? '' : `:${line}`}${key === undefined ? '' : ` ${key}`}`;
}

function failure(code: ErrorCode, message: string, nextSteps: string[], place?: Place): Failure {
  return { code, message, nextSteps, place, exitCode: ERROR_CODES[code] };
}

/** oclif's parser marks its errors with exit code 2. */
const isWrongUse = (error: Error): boolean =>
  (error as Error & { oclif?: { exit?: number } }).oclif?.exit === 2;

function bug(error: Error): Failure {
  const found = failure('BUG', `This is a defect of mcpgw: ${error.message}`, [
    'Please report it, with the lines below and the output of `mcpgw --version`.',
  ]);
  return error.stack === undefined ? found : { ...found, stack: error.stack };
}
