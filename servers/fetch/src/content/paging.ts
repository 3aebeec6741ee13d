export interface Slice {
  text: string;
  start: number;
  end: number;
  total: number;
  /** Where the next one begins; absent at the end. */
  next: number | undefined;
}

/**
 * A part of a text, counted in UTF-16 code units, never through a character.
 * @returns undefined when it begins past the end
 */
export function slice(text: string, start: number, length: number): Slice | undefined {
  const total = text.length;
  if (start > 0 && start >= total) return undefined;
  const from = splits(text, start) ? start + 1 : start;
  const wanted = Math.min(total, start + length);
  // At least one character, so that paging moves on.
  const end = splits(text, wanted) ? (wanted - 1 > from ? wanted - 1 : wanted + 1) : wanted;
  return { text: text.slice(from, end), start: from, end, total, next: end < total ? end : undefined };
}

/** Whether an index stands between the two halves of a character outside the basic plane. */
const splits = (text: string, at: number): boolean =>
  at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
