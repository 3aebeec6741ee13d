import { identityHeaders, isIdentityHeader, type Identity } from '@mcpgw/kit';
import type { IncomingMessage } from 'node:http';

/** Credentials of other parties than the service: of the gateway itself, and of the pages it serves. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** What only a proxy in front could know (RFC 7239); there is none in front of this edge. */
const FORWARDING = /^(forwarded|x[-_.]forwarded([-_.].*)?|x[-_.]real[-_.]ip)$/;

/**
 * Replaces what a client says of itself by what verify says, in each of the three forms in which Node shows headers.
 * @param keepToken the service may see the bearer token (`token: diagnostic`)
 */
export function vouchFor(request: IncomingMessage, identity: Identity, keepToken: boolean): void {
  const { headers, rawHeaders } = request;
  const raw: string[] = [];
  const distinct = Object.create(null) as NodeJS.Dict<string[]>;
  const add = (name: string, key: string, value: string): void => {
    raw.push(name, value);
    (distinct[key] ??= []).push(value);
  };

  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const key = name.toLowerCase();
    const isCredential = CREDENTIALS.has(key) && !(keepToken && key === 'authorization');
    if (isCredential || isIdentityHeader(key) || FORWARDING.test(key)) Reflect.deleteProperty(headers, key);
    else add(name, key, rawHeaders[at + 1] as string);
  }
  for (const [name, value] of Object.entries(identityHeaders(identity))) {
    headers[name] = value;
    add(name, name, value);
  }
  request.rawHeaders = raw;
  request.headersDistinct = distinct;
}
