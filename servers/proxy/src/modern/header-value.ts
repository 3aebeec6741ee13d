import { isUtf8 } from 'node:buffer';

const SENTINEL = /^=\?base64\?(.*)\?=$/;

/**
 * Decodes a mirrored header value: `=?base64?…?=` holds UTF-8 that a header cannot (SEP-2243), anything else stands
 * for itself.
 * @returns undefined when the encoding is broken
 */
export function decodeHeaderValue(value: string): string | undefined {
  const [, encoded] = SENTINEL.exec(value) ?? [];
  if (encoded === undefined) return value;
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what it does not understand; only the canonical form says the same to everybody.
  if (bytes.toString('base64') !== encoded || !isUtf8(bytes)) return undefined;
  return bytes.toString('utf8');
}
