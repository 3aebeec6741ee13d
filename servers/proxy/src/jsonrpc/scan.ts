/**
 * Finds where the parts of a JSON text stand, so that a message can be relayed with its values untouched: a
 * number that JavaScript cannot hold passes as it was written. The text must already have been parsed; nothing
 * is validated here.
 */
export interface Span {
  start: number;
  /** Index behind the last character. */
  end: number;
}

export interface Member extends Span {
  /** The member's name, escapes resolved. */
  key: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Index of the first character from `at` on that is not JSON white space. */
export function skipSpace(text: string, at: number): number {
  let i = at;
  while (isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** The members of the object that opens at `at`, in their order, repeated names included. */
export function members(text: string, at: number): Member[] {
  const found: Member[] = [];
  let i = skipSpace(text, at + 1);
  while (text.charCodeAt(i) !== CLOSE_BRACE) {
    const keyEnd = stringEnd(text, i);
    const key = readKey(text, i, keyEnd);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    found.push({ key, start, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
  }
  return found;
}

/** The elements of the array that opens at `at`. */
export function elements(text: string, at: number): Span[] {
  const found: Span[] = [];
  let i = skipSpace(text, at + 1);
  while (text.charCodeAt(i) !== CLOSE_BRACKET) {
    const end = valueEnd(text, i);
    found.push({ start: i, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
  }
  return found;
}

/** The last member of that name: the one that `JSON.parse` keeps. */
export function member(text: string, at: number, key: string): Member | undefined {
  return members(text, at).findLast((one) => one.key === key);
}

/** Whether two names of the object that opens at `at` are equal to a lenient parser: repeated, or by case. */
export function hasRepeatedKey(text: string, at: number): boolean {
  const seen = new Set<string>();
  for (const { key } of members(text, at)) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) return true;
    seen.add(folded);
  }
  return false;
}

function valueEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return stringEnd(text, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return containerEnd(text, at);
  let i = at + 1;
  while (i < text.length && !endsScalar(text.charCodeAt(i))) i++;
  return i;
}

function containerEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; ; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = stringEnd(text, i) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return i + 1;
  }
}

/** `indexOf` runs at memory speed, so a megabyte of base64 costs next to nothing. */
function stringEnd(text: string, at: number): number {
  for (let i = text.indexOf('"', at + 1); ; i = text.indexOf('"', i + 1)) {
    let escapes = 0;
    while (text.charCodeAt(i - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return i + 1;
  }
}

function readKey(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const endsScalar = (code: number): boolean =>
  code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
