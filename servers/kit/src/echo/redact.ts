import { redactText } from '../log.ts';

/** Parts of header names whose values may be secrets; rather one too many. */
const SECRET_NAME =
  /auth|cookie|token|secret|passw|credential|key|assertion|session|signature|csrf|xsrf|jwt|otp/i;
/** Identity that the edge has set, and names that only look like secrets. */
const OPEN_NAME = /^(?:x-user-id|x-user-name|x-client-id|x-scope|x-allowed-tools|mcp-session-id)$/i;
/** Query strings carry codes and tokens; what is asked is never needed to find a fault. */
const QUERY = /\?[^\s"']*/g;
const MAX_VALUE = 512;

/**
 * A header value as it may be shown.
 * @param name in any case
 */
export function shownHeader(name: string, value: string): string {
  if (!OPEN_NAME.test(name) && SECRET_NAME.test(name)) return shownSecret(name, value);
  return shownText(value.replaceAll(QUERY, '?[redacted]'));
}

/** Free text from outside: tokens out of it, on one line, of bounded length. */
export function shownText(text: string): string {
  const line = redactText(text).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}… (${line.length} characters)` : line;
}

/** What can be said of a secret: its kind and its length. */
function shownSecret(name: string, value: string): string {
  if (/^(?:set-)?cookie$/i.test(name)) {
    const names = value.split(';').map((pair) => pair.split('=')[0]?.trim() ?? '');
    return shownText(names.map((it) => `${it}=[redacted]`).join('; '));
  }
  const scheme = /^(?:Bearer|Basic|DPoP|Digest|Negotiate)(?= )/i.exec(value)?.[0];
  return `${scheme ? `${scheme} ` : ''}[redacted, ${value.length - (scheme ? scheme.length + 1 : 0)} characters]`;
}
