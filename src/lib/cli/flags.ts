import { Flags } from '@oclif/core';
import { seconds } from '../config/values.ts';
import { UserError } from '../errors.ts';

/**
 * `a,b c` and repeated flags alike: the words between commas and spaces.
 * @returns none when the flag was not given
 * @throws UserError INVALID_VALUE when it was given without a word: an empty variable of a script must not mean "all"
 */
export function words(values: readonly string[] | undefined): string[] {
  if (values === undefined) return [];
  const found = new Set(values.flatMap((value) => value.split(/[\s,]+/)).filter((word) => word !== ''));
  if (found.size > 0) return [...found];
  throw new UserError('INVALID_VALUE', 'A flag that takes names was given none.', {
    nextSteps: ['Give it a name, or leave it out.'],
  });
}

/** A flag that may be repeated, and whose values may hold several words. */
export const listFlag = (options: { char?: 's'; helpValue: string; summary: string }) =>
  Flags.string({ ...options, multiple: true, multipleNonGreedy: true });

/** A TCP port. */
export const portFlag = (options: { summary: string }) =>
  Flags.integer({ ...options, helpValue: 'PORT', min: 1, max: 65_535 });

/**
 * The seconds of a token's lifetime.
 * @throws UserError INVALID_VALUE
 */
export function parseTtl(text: string): number {
  const value = seconds(text);
  if (value !== undefined && value > 0 && value <= 86_400) return value;
  throw new UserError('INVALID_VALUE', `'${text}' is no lifetime of a token.`, {
    place: { file: '--ttl' },
    nextSteps: ['Give seconds, or a number with s, m, h or d, of 24h at most: `--ttl 30m`.'],
  });
}
