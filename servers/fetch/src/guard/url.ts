import { isIP } from 'node:net';
import { BOUNDS } from '../options.ts';
import { bareHost, type HostRules } from './hosts.ts';
import { Refusal } from './refusal.ts';

/** A URL that may be asked, if its addresses may. */
export interface Target {
  url: URL;
  /** Name, or address without brackets: what is resolved, connected to and named in TLS. */
  host: string;
  port: number;
  secure: boolean;
  /** Opted in, although it is of the own network. */
  internal: boolean;
}

/** Names that never leave this machine or network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal, RFC 7686). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa|onion)$/;
/** Control characters, space and DEL: the URL parser would drop or encode them silently. */
const UNPRINTABLE = /[\x00-\x20\x7f]/; // eslint-disable-line no-control-regex

/**
 * The part of the guard that needs no network. Asked again for each redirect.
 * @param base for a relative Location
 * @throws Refusal
 */
export function checkUrl(text: string, rules: HostRules, base?: URL): Target {
  if (text.length > BOUNDS.urlLength)
    throw new Refusal(`the URL is longer than ${BOUNDS.urlLength} characters.`);
  if (UNPRINTABLE.test(text))
    throw new Refusal('the URL holds a space or a control character; encode it as %20 or the like.');
  const url = URL.parse(text, base?.href);
  if (!url) throw new Refusal('this is not an absolute URL. Allowed: https://host/path.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Refusal(`${url.protocol} is not fetched. Allowed: http: and https:.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Refusal('the URL holds a user name or password. Leave them out.');
  }
  const host = bareHost(url.hostname).replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const target: Target = { url, host, port, secure, internal: rules.internal(bareHost(url.hostname), port) };
  checkHost(target, bareHost(url.hostname), rules);
  return target;
}

function checkHost({ host, port, internal }: Target, key: string, rules: HostRules): void {
  if (rules.denied(key)) throw new Refusal(`the configuration denies ${host}.`);
  if (!rules.allowed(key))
    throw new Refusal(`the configuration does not list ${host} among the hosts it allows.`);
  if (!rules.portAllowed(key, port)) throw new Refusal(`port ${port} is not among the allowed ones.`);
  if (internal || isIP(host) !== 0) return;
  if (!host.includes('.') || LOCAL_NAME.test(host) || host.split('.').includes('')) {
    throw new Refusal(`${host} is a name of the own machine or network.`);
  }
}
