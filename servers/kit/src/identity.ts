import type { IncomingMessage } from 'node:http';

/** The caller as the edge vouches for it. Header names of design section 1. */
export interface Identity {
  /** `<provider>:<stable id>`, the same as the token's `sub`. */
  userId: string;
  userName: string;
  clientId: string;
  scopes: readonly string[];
  /** Absent: every tool. */
  allowedTools: readonly string[] | undefined;
}

const HEADERS = {
  userId: 'x-user-id',
  userName: 'x-user-name',
  clientId: 'x-client-id',
  scope: 'x-scope',
  allowedTools: 'x-allowed-tools',
} as const;

const NAMES: ReadonlySet<string> = new Set(Object.values(HEADERS));

/** `x_user_id` and `X.User.Id` reach some frameworks as `X-User-Id`; they count as the same name. */
const canonicalName = (name: string): string => name.toLowerCase().replaceAll(/[_.]/g, '-');

/** Whether a header speaks for the caller: an identity header, any other `X-User` or `X-User-*`, or an alias of one. */
export function isIdentityHeader(name: string): boolean {
  // Asked for every header of every request: only names in `x` are looked at closer.
  if ((name.charCodeAt(0) | 0x20) !== 0x78) return false;
  const canonical = canonicalName(name);
  return canonical === 'x-user' || canonical.startsWith('x-user-') || NAMES.has(canonical);
}

/**
 * The identity headers of a caller, values percent-encoded so that they hold visible ASCII only.
 * @param identity whom verify has recognised
 */
export function identityHeaders(identity: Identity): Record<string, string> {
  return {
    [HEADERS.userId]: encodeURI(identity.userId),
    [HEADERS.userName]: encodeURI(identity.userName),
    [HEADERS.clientId]: encodeURI(identity.clientId),
    [HEADERS.scope]: identity.scopes.join(' '),
    ...(identity.allowedTools && {
      [HEADERS.allowedTools]: identity.allowedTools.map(encodeURIComponent).join(','),
    }),
  };
}

/**
 * Reads what the edge has set.
 * @returns undefined when there is no user: the request did not come through the edge
 */
export function readIdentity(request: IncomingMessage): Identity | undefined {
  const one = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const userId = one(HEADERS.userId);
  if (userId === undefined) return undefined;
  const tools = request.headers[HEADERS.allowedTools];
  return {
    userId: decode(userId),
    userName: decode(one(HEADERS.userName) ?? userId),
    clientId: decode(one(HEADERS.clientId) ?? ''),
    scopes: one(HEADERS.scope)?.split(' ') ?? [],
    allowedTools: typeof tools === 'string' ? tools.split(',').filter(Boolean).map(decode) : undefined,
  };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
