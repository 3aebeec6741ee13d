import { isIdentityHeader } from '@mcpgw/kit';
import { Refusal } from '../guard/refusal.ts';

/** Set by this server, of the connection, or of a page's origin. */
const OWN =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|expect|accept-encoding|origin|referer|via|date|cookie2|http2-settings|if-.*|range|proxy-.*|sec-.*|access-control-.*)$/;
/** With these one proxy speaks to the next, and metadata services open up. */
const SPEAKS_FOR_OTHERS =
  /^(?:forwarded|x-forwarded.*|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|x-original-.*|x-rewrite-url|x-http-method.*|x-host|x-auth-.*|metadata|metadata-flavor|x-google-metadata-request|x-aws-ec2-metadata-.*|x-remote-.*|remote-user|traceparent|tracestate|baggage)$/;
/** Dropped when a redirect leads to another origin (Fetch standard, "HTTP-redirect fetch"). */
const CREDENTIALS = /^(?:authorization|cookie|x-api-key|api-key|.*token.*|.*secret.*)$/;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]{0,4096}$/;

/**
 * The headers a caller asks for, lower case.
 * @throws Refusal one that could speak for the gateway, that this server sets itself, or that is malformed
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Map<string, string> {
  const checked = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value))
      throw new Refusal(`the header ${JSON.stringify(name.slice(0, 64))} is malformed.`);
    // Names that some servers take for the same (design section 1).
    const canonical = key.replaceAll(/[_.]/g, '-');
    if (isIdentityHeader(key) || SPEAKS_FOR_OTHERS.test(canonical)) {
      throw new Refusal(`the header ${key} could speak for the gateway or for another proxy. Leave it out.`);
    }
    if (OWN.test(canonical)) throw new Refusal(`the header ${key} is set by this server. Leave it out.`);
    if (checked.has(key)) throw new Refusal(`the header ${key} is given twice.`);
    checked.set(key, value);
  }
  return checked;
}

/** What may go along to another origin. */
export const withoutCredentials = (headers: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...headers].filter(([name]) => !CREDENTIALS.test(name)));
