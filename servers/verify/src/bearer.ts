import type { IncomingHttpHeaders } from 'node:http';

/** Longer tokens are refused unread. Characters; a token is ASCII. */
const MAX_TOKEN = 8192;

/** RFC 6750 section 2.1; the scheme is case-insensitive (RFC 9110 section 11.1). */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

export type Credentials =
  | { kind: 'token'; token: string }
  | { kind: 'none' }
  | { kind: 'refused'; reason: 'ambiguous' | 'malformed' };

const NONE: Credentials = { kind: 'none' };

/**
 * Reads the bearer token of a request. Only `Authorization` is looked at, never the query or the body
 * (MCP authorization, "Token Requirements").
 */
export function readCredentials(headers: IncomingHttpHeaders): Credentials {
  const value: unknown = headers.authorization;
  if (value === undefined) return NONE;
  if (typeof value !== 'string') return refused('ambiguous');
  if (value.length <= MAX_TOKEN) {
    const token = BEARER.exec(value)?.[1];
    if (token !== undefined) return { kind: 'token', token };
  }
  // Two header lines arrive joined by a comma, which no token holds.
  if (/,\s*bearer\b/i.test(value)) return refused('ambiguous');
  return /^bearer +\S/i.test(value) ? refused('malformed') : NONE;
}

const refused = (reason: 'ambiguous' | 'malformed'): Credentials => ({ kind: 'refused', reason });
