import type { AdapterPayload } from 'oidc-provider';
import { digest, sameSecret } from './digest.ts';

const PREFIX = 'sha256:';

/** Whether a `client_secret` is the stored form, which no client may ever be shown. */
export const isHashedSecret = (secret: unknown): secret is string =>
  typeof secret === 'string' && secret.startsWith(PREFIX);

/** The stored form of a secret: secrets are ours, of 512 random bits, so that a plain hash is enough. */
export const hashSecret = (secret: string): string => `${PREFIX}${digest(secret)}`;

/** The client as it is stored: with the hash of its secret. */
export function hashClientSecret(client: AdapterPayload): AdapterPayload {
  const { client_secret: secret } = client;
  return secret === undefined || isHashedSecret(secret)
    ? client
    : { ...client, client_secret: hashSecret(secret) };
}

/**
 * Compares in constant time.
 * @param stored as `hashSecret` has made it; undefined never matches
 */
export const secretMatches = (stored: string | undefined, presented: string): boolean =>
  stored !== undefined && sameSecret(stored, hashSecret(presented));
