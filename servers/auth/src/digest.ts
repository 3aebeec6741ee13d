import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256, base64url. Enough for values of 128 random bits and more, such as tokens and codes; what a person chooses or
 * types needs a slow hash (sign-in/code.ts).
 */
export const digest = (value: string): string => createHash('sha256').update(value).digest('base64url');

/** Compares two secrets in constant time, whatever their lengths. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
