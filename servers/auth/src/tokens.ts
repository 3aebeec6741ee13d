import type { JSONWebKeySet } from '@mcpgw/kit';
import type { TokenInfo } from '@mcpgw/kit/contract';
import { compactVerify, createLocalJWKSet } from 'jose';
import { isLive } from './store/adapter.ts';
import type { Store, StoredRecord } from './store/store.ts';

/** The claims of an access token of ours (RFC 9068 section 2.2). Times in seconds. */
export interface TokenClaims {
  jti: string;
  sub: string;
  client_id: string;
  aud: string | string[];
  scope?: string;
  iat: number;
  exp: number;
}

/**
 * Reads an access token that we have signed, expired or not.
 * @returns undefined for anything else
 */
export type TokenReader = (token: string) => Promise<TokenClaims | undefined>;

const decoder = new TextDecoder();

/** @param keys our public keys */
export function createTokenReader(keys: JSONWebKeySet, issuer: string): TokenReader {
  const findKey = createLocalJWKSet(keys);
  return async (token) => {
    try {
      const { payload, protectedHeader } = await compactVerify(token, findKey, { algorithms: ['ES256'] });
      if (protectedHeader.typ !== 'at+jwt') return undefined;
      const claims = JSON.parse(decoder.decode(payload)) as TokenClaims & { iss: string };
      return claims.iss === issuer ? claims : undefined;
    } catch {
      return undefined;
    }
  };
}

/**
 * Replaces an access token by the handle under which the library finds its record, because the library neither revokes
 * nor introspects structured tokens (RFC 7009 section 2.1, RFC 7662 section 2.1). The prefix is secret, so that the bare
 * id of a token, which is in logs, is no token.
 */
export async function tokenHandle(
  form: URLSearchParams,
  read: TokenReader,
  prefix: string,
): Promise<URLSearchParams> {
  const tokens = form.getAll('token');
  const claims = tokens.length === 1 ? await read(tokens.join('')) : undefined;
  if (claims === undefined) return form;
  const result = new URLSearchParams(form);
  result.set('token', `${prefix}${claims.jti}`);
  result.set('token_type_hint', 'access_token');
  return result;
}

const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What the owner of a token may see of it. */
export const tokenInfo = (claims: TokenClaims, state: TokenInfo['state']): TokenInfo => ({
  id: claims.jti,
  state,
  principal: claims.sub,
  clientId: claims.client_id,
  audience: [claims.aud].flat(),
  scope: claims.scope ?? '',
  issuedAt: toIso(claims.iat),
  expiresAt: toIso(claims.exp),
});

/** The claims of a token as its record has them. */
export function claimsOf(jti: string, { payload }: StoredRecord): TokenClaims {
  const { accountId, clientId, aud, scope, iat, exp } = payload;
  return { jti, sub: accountId, client_id: clientId, aud, scope, iat, exp } as TokenClaims;
}

/**
 * Looks up what the owner has named, a token or its id.
 * @returns undefined when it is no access token of this gateway, or its record is swept and only the id is known
 */
export async function findToken(
  reference: string,
  options: { store: Store; read: TokenReader; now: () => number },
): Promise<TokenInfo | undefined> {
  const { store, read, now } = options;
  const claims = await read(reference);
  const jti = claims?.jti ?? reference;
  const record = await store.get('AccessToken', jti);
  const known = claims ?? (record && claimsOf(jti, record));
  if (known === undefined) return undefined;
  // A record goes before its token expires only when the token is revoked with it.
  if (record?.revokedAt !== undefined) return tokenInfo(known, 'revoked');
  if (known.exp * 1000 <= now()) return tokenInfo(known, 'expired');
  return tokenInfo(known, record !== undefined && isLive(record, now()) ? 'active' : 'revoked');
}
