import { compactVerify, createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import { resourceKey } from '../resource.ts';
import type { McpRoute } from '../contract/index.ts';

export interface TokenCheck {
  name: 'signature' | 'type' | 'issuer' | 'audience' | 'expiry' | 'scope';
  ok: boolean;
  detail: string;
  next?: string;
}

export interface CheckedToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  checks: TokenCheck[];
}

export interface Expected {
  issuer: string;
  keys: JSONWebKeySet;
  route: McpRoute | undefined;
  /** Seconds since the epoch. */
  now: number;
}

/** Signatures that are tried. Never `none`, never a shared secret. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

/**
 * Takes an access token apart and checks each property by itself, so that all that is wrong shows at once
 * (RFC 9068 section 4).
 * @returns undefined when the text is no JWT: nothing can be said of an opaque token
 */
export async function checkToken(token: string, expected: Expected): Promise<CheckedToken | undefined> {
  const parts = parse(token);
  if (!parts) return undefined;
  const { header, claims } = parts;
  return {
    header,
    claims,
    checks: [
      await checkSignature(token, header, expected),
      checkType(header),
      checkIssuer(claims, expected),
      checkAudience(claims, expected),
      checkExpiry(claims, expected),
      checkScope(claims, expected),
    ],
  };
}

function parse(token: string): Pick<CheckedToken, 'header' | 'claims'> | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
    return { header: { ...decodeProtectedHeader(token) }, claims: { ...claims } };
  } catch {
    return undefined;
  }
}

async function checkSignature(
  token: string,
  header: Record<string, unknown>,
  { keys }: Expected,
): Promise<TokenCheck> {
  const name = 'signature';
  const known = keys.keys.map((key) => key.kid ?? '(no kid)').join(', ') || 'none';
  try {
    await compactVerify(token, createLocalJWKSet(keys), { algorithms: ALGORITHMS });
    return {
      name,
      ok: true,
      detail: `Made by the issuer's key ${text(header['kid'])} (${text(header['alg'])}).`,
    };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
      const detail = `No key of the issuer fits kid ${text(header['kid'])}, alg ${text(header['alg'])}; the issuer has: ${known}.`;
      return {
        name,
        ok: false,
        detail,
        next: 'Sign in again: the token is of another issuer, or older than its keys.',
      };
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      const next = 'The token was changed or cut off on its way. Sign in again.';
      return { name, ok: false, detail: 'The signature does not fit the content.', next };
    }
    const next = 'Sign in again.';
    return { name, ok: false, detail: `It cannot be verified (alg ${text(header['alg'])}).`, next };
  }
}

/** RFC 9068 section 2.1: it tells an access token from an ID token. */
function checkType({ typ }: Record<string, unknown>): TokenCheck {
  const ok = typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ);
  return {
    name: 'type',
    ok,
    detail: `typ is ${text(typ)}${ok ? '.' : ', and an access token has at+jwt.'}`,
    ...(!ok && { next: 'Send the access token, not the ID token.' }),
  };
}

function checkIssuer({ iss }: Record<string, unknown>, { issuer }: Expected): TokenCheck {
  const ok = iss === issuer;
  return {
    name: 'issuer',
    ok,
    detail: ok ? `iss is ${issuer}.` : `iss is ${text(iss)}, and this gateway's is ${issuer}.`,
    ...(!ok && {
      next: 'Get a token from this gateway; compared character by character, localhost is not 127.0.0.1.',
    }),
  };
}

function checkAudience({ aud }: Record<string, unknown>, { route }: Expected): TokenCheck {
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((it) => typeof it === 'string');
  const shown = audiences.join(', ') || 'missing';
  if (!route) {
    const next = 'Enable the service, so that it has a URL.';
    return {
      name: 'audience',
      ok: false,
      detail: `aud is ${shown}; this service has no route to compare with.`,
      next,
    };
  }
  const own = new Set([route.resource, route.url, ...route.aliases].map(resourceKey));
  const ok = audiences.some((it) => own.has(resourceKey(it)));
  return {
    name: 'audience',
    ok,
    detail: `aud is ${shown}${ok ? ', which is this service.' : `, and this service is ${route.resource}.`}`,
    ...(!ok && { next: `Ask for the token with resource=${route.resource} (RFC 8707).` }),
  };
}

function checkExpiry({ exp, nbf }: Record<string, unknown>, { now }: Expected): TokenCheck {
  const name = 'expiry';
  if (typeof exp !== 'number') return { name, ok: false, detail: 'exp is missing.', next: 'Sign in again.' };
  if (typeof nbf === 'number' && nbf > now) {
    const detail = `It is not good before ${when(nbf)}, in ${seconds(nbf - now)}.`;
    return { name, ok: false, detail, next: 'Set the clocks of this machine and of the issuer.' };
  }
  return exp > now
    ? { name, ok: true, detail: `It ends at ${when(exp)}, in ${seconds(exp - now)}.` }
    : {
        name,
        ok: false,
        detail: `It ended at ${when(exp)}, ${seconds(now - exp)} ago.`,
        next: 'Refresh it, or sign in again.',
      };
}

function checkScope({ scope }: Record<string, unknown>, { route }: Expected): TokenCheck {
  const needed = route?.scope ?? 'mcp';
  const ok = typeof scope === 'string' && scope.split(' ').includes(needed);
  return {
    name: 'scope',
    ok,
    detail: `scope is ${text(scope)}${ok ? '.' : `, and ${needed} is needed.`}`,
    ...(!ok && { next: `Sign in again and grant ${needed}.` }),
  };
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? 'missing' : JSON.stringify(value);
const when = (time: number): string =>
  Math.abs(time) < 8.64e12 ? new Date(time * 1000).toISOString() : String(time);
const seconds = (count: number): string => `${Math.round(count)} s`;
