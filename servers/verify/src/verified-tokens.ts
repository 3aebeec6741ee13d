import { LRUCache } from 'lru-cache';
import type { Claims } from './claims.ts';

const MAX_TOKENS = 10_000;
const MAX_AGE_MS = 60_000;

interface Entry {
  claims: Claims;
  until: number;
}

/**
 * Claims of tokens that were verified lately, by the raw token. Revocation is by `jti`: an ECDSA signature can be
 * rewritten into another valid one, so that several raw tokens can carry the same id.
 */
export class VerifiedTokens {
  readonly #entries: LRUCache<string, Entry>;
  readonly #tokensOf = new Map<string, Set<string>>();

  constructor() {
    this.#entries = new LRUCache({
      max: MAX_TOKENS,
      dispose: ({ claims }, token) => this.#unlink(claims.jti, token),
    });
  }

  /** @param now milliseconds since the epoch */
  get(token: string, now: number): Claims | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    if (now < entry.until) return entry.claims;
    this.#entries.delete(token);
    return undefined;
  }

  /** Remembers for a minute, or until the token expires. */
  set(token: string, claims: Claims, now: number): void {
    this.#entries.set(token, { claims, until: Math.min(claims.expiresAt, now + MAX_AGE_MS) });
    const tokens = this.#tokensOf.get(claims.jti);
    if (tokens) tokens.add(token);
    else this.#tokensOf.set(claims.jti, new Set([token]));
  }

  /** Forgets every token of this id. */
  revoke(jti: string): void {
    for (const token of this.#tokensOf.get(jti) ?? []) this.#entries.delete(token);
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }

  #unlink(jti: string, token: string): void {
    const tokens = this.#tokensOf.get(jti);
    tokens?.delete(token);
    if (tokens?.size === 0) this.#tokensOf.delete(jti);
  }
}
