import { stripVTControlCharacters } from 'node:util';

/** Control characters but tab and line feed, and the ones that reorder text on a terminal. */
// eslint-disable-next-line no-control-regex -- they are what this is about
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that comes from outside (a log line, a child's stderr), safe to write to a terminal:
 * it can neither move the cursor nor colour, hide or reorder what stands around it.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll(UNSAFE, '\u{fffd}');
