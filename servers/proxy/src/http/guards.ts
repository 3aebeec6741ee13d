import type { IncomingMessage } from 'node:http';
import { CODES } from '../jsonrpc/codes.ts';
import type { Refusal } from './reply.ts';

const forbidden = (message: string): Refusal => ({ status: 403, code: CODES.unavailable, message });

/**
 * Refuses browser pages that have got hold of a local server (DNS rebinding; MCP basic/transports "Security").
 * @param origins origins under which this server is addressed
 */
export function originGuard(origins: readonly string[]): (request: IncomingMessage) => Refusal | undefined {
  const hosts = new Set(origins.map((one) => new URL(one).host));
  const allowed = new Set(origins);
  return ({ headers: { host, origin } }) => {
    if (host === undefined || !hosts.has(host.toLowerCase())) {
      return forbidden('The Host header names no address of this server');
    }
    if (origin !== undefined && !allowed.has(origin.toLowerCase())) {
      return forbidden('Pages of this Origin may not call this server');
    }
    return undefined;
  };
}

/** @param needed media types, all of which the client must take */
export function checkAccept(request: IncomingMessage, needed: readonly string[]): Refusal | undefined {
  const accept = request.headers.accept ?? '*/*';
  const ranges = accept.split(',', 32).map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  const takes = (type: string): boolean =>
    ranges.some((range) => range === '*/*' || range === type || range === `${type.split('/', 1)[0] ?? ''}/*`);
  if (needed.every(takes)) return undefined;
  const message = `The client must accept ${needed.join(' and ')}`;
  return { status: 406, code: CODES.unavailable, message };
}

export function checkContentType(request: IncomingMessage): Refusal | undefined {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  const utf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type?.trim() === 'application/json' && utf8) return undefined;
  return { status: 415, code: CODES.unavailable, message: 'The body must be application/json in UTF-8' };
}
