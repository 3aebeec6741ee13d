import { isObject, type Params, type Request } from '../jsonrpc/message.ts';

/** The one revision of the modern era (no `initialize`, no sessions; every request says who sends it). */
export const MODERN_VERSION = '2026-07-28';

const PREFIX = 'io.modelcontextprotocol/';

/** Keys of `_meta` that the revision reserves. */
export const META = {
  protocolVersion: `${PREFIX}protocolVersion`,
  clientCapabilities: `${PREFIX}clientCapabilities`,
  clientInfo: `${PREFIX}clientInfo`,
  logLevel: `${PREFIX}logLevel`,
  serverInfo: `${PREFIX}serverInfo`,
  subscriptionId: `${PREFIX}subscriptionId`,
} as const;

/** Log levels, the least severe first (RFC 5424 names). */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** What a request says of its sender, in `params._meta`. */
export interface Envelope {
  protocolVersion: string;
  capabilities: Params;
  /** Absent: the sender wants no log messages. */
  logLevel: string | undefined;
}

/** Whether a message speaks of a protocol revision in its `_meta`, as only modern ones do. */
export function claimsVersion(params: Params | undefined): boolean {
  const meta = params?.['_meta'];
  return isObject(meta) && Object.hasOwn(meta, META.protocolVersion);
}

/** The envelope of a request, or what is wrong with it (2026-07-28, basic "Request metadata"). */
export function readEnvelope({ params }: Request): Envelope | string {
  const meta = params?.['_meta'];
  if (!isObject(meta)) return 'params._meta is missing';
  const protocolVersion = meta[META.protocolVersion];
  const capabilities = meta[META.clientCapabilities];
  const logLevel = meta[META.logLevel];
  if (typeof protocolVersion !== 'string') return `params._meta needs "${META.protocolVersion}", a string`;
  if (!isObject(capabilities)) return `params._meta needs "${META.clientCapabilities}", an object`;
  if (meta[META.clientInfo] !== undefined && !isObject(meta[META.clientInfo])) {
    return `"${META.clientInfo}" must be an object`;
  }
  if (logLevel !== undefined && (typeof logLevel !== 'string' || !LEVELS.includes(logLevel))) {
    return `"${META.logLevel}" must be one of ${LEVELS.join(', ')}`;
  }
  return { protocolVersion, capabilities, logLevel };
}

/** Whether a message of one level is to be shown to somebody who asked for another. */
export const isAtLeast = (level: unknown, asked: string): boolean =>
  typeof level === 'string' && LEVELS.indexOf(level) >= LEVELS.indexOf(asked);
