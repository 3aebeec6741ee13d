import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** Header and field names whose values are never written, wherever they stand in a log line. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'client_secret',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'registration_access_token',
  'assertion',
];

/** A signed token or a bearer header inside free text, such as a child's stderr line. */
const SECRET_TEXT = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*|(?<=\bBearer\s+)[\w.~+/=-]{8,}/gi;

/**
 * Replaces tokens inside free text.
 * @param text a line that comes from outside, such as a child's stderr
 */
export const redactText = (text: string): string => text.replaceAll(SECRET_TEXT, '[redacted]');

/**
 * A structured log, one JSON object a line, secrets redacted by name.
 * @param name the component, such as `auth` or `proxy`
 * @param destination standard error when absent
 */
export function createLog(
  name: string,
  level = 'info',
  destination: DestinationStream = pino.destination(2),
): Log {
  const paths = SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);
  return pino(
    {
      name,
      level,
      base: { name },
      // A number is no secret: `code` is also where JSON-RPC errors have theirs.
      redact: { paths, censor: (value: unknown) => (typeof value === 'number' ? value : '[redacted]') },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
