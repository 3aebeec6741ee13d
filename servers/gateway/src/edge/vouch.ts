import { identityHeaders, isIdentityHeader, type Identity } from '@mcpgw/kit';
import type { IncomingMessage } from 'node:http';

/** Credentials of other parties than the service: of the gateway itself, and of the pages it serves. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/**
 * Replaces what a client says of itself by what verify says, in every place where a header can be read.
 * @param keepToken the service may see the bearer token (`token: diagnostic`)
 */
export function vouchFor(request: IncomingMessage, identity: Identity, keepToken: boolean): void {
  const { headers, rawHeaders } = request;
  const raw: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const key = name.toLowerCase();
    const isCredential = CREDENTIALS.has(key) && !(keepToken && key === 'authorization');
    // `headers` may no longer hold what `rawHeaders` does, and the other way round; both are cleaned.
    if (isCredential || isIdentityHeader(key)) Reflect.deleteProperty(headers, key);
    else raw.push(name, rawHeaders[at + 1] as string);
  }
  for (const [name, value] of Object.entries(identityHeaders(identity))) {
    headers[name] = value;
    raw.push(name, value);
  }
  request.rawHeaders = raw;
}
