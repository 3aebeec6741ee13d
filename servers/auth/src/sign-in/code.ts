import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Store } from '../store/store.ts';

const KIND = 'SignInCode';
const KEY = 'local';
/** Characters that are left of a code when case and separators are taken away. */
const MIN_LENGTH = 6;

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** The sign-in code of the `local` identity provider. Only a salted slow hash of it is kept. */
export class SignInCode {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Puts a new code in the place of the old one.
   * @returns false when the code is too short to be one
   */
  async set(code: string): Promise<boolean> {
    const text = normalize(code);
    if (text.length < MIN_LENGTH) return false;
    const salt = randomBytes(16);
    const hash = await derive(text, salt, 32);
    const payload = { salt: salt.toString('base64url'), hash: hash.toString('base64url') };
    await this.#store.put(KIND, KEY, { payload, expiresAt: undefined });
    return true;
  }

  /** Whether anybody can sign in. */
  async isSet(): Promise<boolean> {
    return (await this.#store.get(KIND, KEY)) !== undefined;
  }

  /** Compares in constant time. Case, spaces and dashes do not count. */
  async matches(attempt: string): Promise<boolean> {
    const record = await this.#store.get(KIND, KEY);
    if (record === undefined) return false;
    const { salt, hash } = record.payload as { salt: string; hash: string };
    const derived = await derive(normalize(attempt), Buffer.from(salt, 'base64url'), 32);
    return timingSafeEqual(derived, Buffer.from(hash, 'base64url'));
  }
}

const normalize = (code: string): string => code.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
