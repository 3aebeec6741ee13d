import type { JsonWebKey } from 'node:crypto';

/** Public keys (RFC 7517 section 5). */
export interface JSONWebKeySet {
  keys: (JsonWebKey & { kid?: string; kty: string })[];
}
