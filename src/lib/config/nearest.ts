import { closest, distance } from 'fastest-levenshtein';

/**
 * The known word that was probably meant.
 * @returns undefined when none is near enough to be a typing error
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(word, known);
  const allowed = Math.max(2, Math.floor(candidate.length / 3));
  return distance(word, candidate) <= allowed ? candidate : undefined;
}

/** ` Did you mean x?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = nearest(word, known);
  return candidate === undefined ? '' : ` Did you mean ${candidate}?`;
}
