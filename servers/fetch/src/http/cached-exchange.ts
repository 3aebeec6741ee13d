import CachePolicy from 'http-cache-semantics';
import { LRUCache } from 'lru-cache';
import type { GuardWorld } from '../guard/connect.ts';
import { exchange, type Exchange, type HttpResponse } from './exchange.ts';

export interface CachedResponse extends HttpResponse {
  fromCache: boolean;
}

export type Send = (wanted: Exchange, signal: AbortSignal) => Promise<CachedResponse>;

/** Bytes of all bodies together. */
const MAX_CACHE_BYTES = 32 * 1_048_576;
const MAX_CACHE_ENTRIES = 1000;
/** Of an entry without a body: its headers weigh something too. */
const ENTRY_BYTES = 2048;

interface Entry {
  policy: CachePolicy;
  response: HttpResponse;
}

/**
 * Sends, and remembers what HTTP allows a shared cache to remember (RFC 9111). Only plain GETs take part: what carries a
 * caller's own headers is nobody else's business.
 */
export function createCachedExchange(world: GuardWorld): Send {
  const cache = new LRUCache<string, Entry>({
    max: MAX_CACHE_ENTRIES,
    maxSize: MAX_CACHE_BYTES,
    sizeCalculation: ({ response }) => response.bytes.byteLength + ENTRY_BYTES,
  });

  const remember = (key: string, policy: CachePolicy, response: HttpResponse): void => {
    if (policy.storable() && !response.truncated) cache.set(key, { policy, response });
    else cache.delete(key);
  };

  return async (wanted, signal) => {
    if (wanted.method !== 'GET' || wanted.headers.size > 0) {
      return { ...(await exchange(wanted, world, signal)), fromCache: false };
    }
    const { url } = wanted.target;
    const key = `${url.origin}${url.pathname}${url.search}`;
    const asked = { url: `${url.pathname}${url.search}`, method: 'GET', headers: { host: url.host } };
    const known = cache.get(key);
    if (known?.policy.satisfiesWithoutRevalidation(asked)) return { ...known.response, fromCache: true };

    const conditions = known
      ? validators(known.policy.revalidationHeaders(asked))
      : new Map<string, string>();
    const response = await exchange({ ...wanted, headers: conditions }, world, signal);
    if (known && response.status === 304) {
      const { policy, modified } = known.policy.revalidatedPolicy(asked, response);
      if (!modified) {
        remember(key, policy, known.response);
        return { ...known.response, fromCache: true };
      }
    }
    remember(key, new CachePolicy(asked, response, { shared: true }), response);
    return { ...response, fromCache: false };
  };
}

/** Of all that a revalidation could send only the conditions; the rest is set by the exchange. */
const validators = (headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> =>
  new Map(
    ['if-none-match', 'if-modified-since'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
