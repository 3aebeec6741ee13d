import { bearerChallenge, errorBody, type BearerChallenge } from '@mcpgw/kit';

/** Why a request may not pass. Tells the log all; the client gets the row of the table below. */
export type Reason = keyof typeof TABLE;

interface Row {
  status: 400 | 401 | 403 | 503;
  /** RFC 6750 section 3.1; absent: the challenge carries no error. */
  challenge?: NonNullable<BearerChallenge['error']>;
  /** No challenge at all: another token would change nothing. */
  unchallenged?: true;
  error: string;
  description: string;
}

const invalidToken = (description: string): Row => ({
  status: 401,
  challenge: 'invalid_token',
  error: 'invalid_token',
  description,
});

const unavailable = (description: string): Row => ({
  status: 503,
  unchallenged: true,
  error: 'temporarily_unavailable',
  description,
});

const TABLE = {
  none: {
    status: 401,
    error: 'unauthorized',
    description: 'This MCP server needs an access token. Sign in as the challenge describes.',
  },
  ambiguous: {
    status: 400,
    challenge: 'invalid_request',
    error: 'invalid_request',
    description: 'Send one Authorization header with one access token.',
  },
  malformed: invalidToken('The access token is malformed.'),
  invalid: invalidToken('The access token is not valid here. Sign in again.'),
  expired: invalidToken('The access token has expired. Refresh it or sign in again.'),
  revoked: invalidToken('The access token was revoked. Sign in again.'),
  audience: invalidToken('The access token is for another resource. Ask for one for this URL.'),
  scope: {
    status: 403,
    challenge: 'insufficient_scope',
    error: 'insufficient_scope',
    description: 'The access token lacks a scope that this MCP server needs.',
  },
  policy: {
    status: 403,
    error: 'access_denied',
    description: 'The policy of this gateway does not let you use this MCP server.',
  },
  route: unavailable('The gateway does not know this route now. Try again in a moment.'),
  keys: unavailable('The keys of the authorization server cannot be had now. Try again in a moment.'),
  store: unavailable('The token cannot be checked for revocation now. Try again in a moment.'),
} as const satisfies Record<string, Row>;

export interface Refusal {
  allowed: false;
  status: Row['status'];
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

/**
 * The answer to a request that may not pass.
 * @param challenge what a client needs to get a token that passes (RFC 9728 section 5.1)
 */
export function refuse(
  reason: Reason,
  challenge: { resourceMetadata: string; scope?: string },
  traceId: string,
): Refusal {
  const row: Row = TABLE[reason];
  const header = bearerChallenge({
    ...challenge,
    ...(row.challenge && { error: row.challenge, errorDescription: row.description }),
  });
  return {
    allowed: false,
    status: row.status,
    headers: {
      'Cache-Control': 'no-store',
      ...(row.unchallenged ? { 'Retry-After': '1' } : { 'WWW-Authenticate': header }),
    },
    body: JSON.stringify(errorBody(row.error, row.description, traceId)),
  };
}
