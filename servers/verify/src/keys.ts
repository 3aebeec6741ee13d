import type { JSONWebKeySet } from '@mcpgw/kit';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Unknown key ids make the keys be asked for at most this often. Milliseconds. */
const REFRESH_INTERVAL_MS = 5000;

/** The authorization server's keys cannot be had now; says nothing of the token. */
export class KeysUnavailable extends Error {}

/**
 * Finds the key of a token. Keys are loaded at first use and again when a token names an unknown `kid`, one load at a
 * time and at most one each five seconds, so that invented ids cost the authorization server nothing.
 * @param load the authorization server's public keys
 */
export function createKeyFinder(
  load: () => JSONWebKeySet | Promise<JSONWebKeySet>,
  now: () => number,
): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let loading: Promise<JWTVerifyGetKey> | undefined;
  let loadedAt = -Infinity;

  const reload = async (): Promise<JWTVerifyGetKey> => {
    try {
      loadedAt = now();
      keys = createLocalJWKSet(await load());
      return keys;
    } catch (cause) {
      throw new KeysUnavailable('The keys of the authorization server cannot be loaded.', { cause });
    } finally {
      loading = undefined;
    }
  };
  const refresh = (): Promise<JWTVerifyGetKey> => (loading ??= reload());

  return async (header, token) => {
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
    const current = keys ?? (await refresh());
    try {
      return await current(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (loading === undefined && now() - loadedAt < REFRESH_INTERVAL_MS) throw error;
      return (await refresh())(header, token);
    }
  };
}
