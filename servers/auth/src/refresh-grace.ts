import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { digest } from './digest.ts';
import { keyOf } from './store/adapter.ts';
import type { Store } from './store/store.ts';

const KIND = 'RefreshAnswer';
const CIPHER = 'aes-256-gcm';

type Answer = Record<string, unknown>;
export type GrantHandler = (ctx: TokenEndpointGrantContext) => Promise<void> | void;

export interface RefreshGraceOptions {
  store: Store;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long a used refresh token still gets the answer that it got. Milliseconds. */
  graceMs: number;
}

/**
 * Lets a client present the same refresh token again for a moment, because clients race with themselves and lose answers:
 * all get the one successor. The answer is kept for the grace only, encrypted with a key that only the presented token
 * gives, so that the store never holds both halves. After the grace, the library takes a used token for a stolen one and
 * revokes the family (OAuth 2.1 section 4.3.1).
 * @param rotate the library's handler of the refresh token grant; the client is authenticated
 */
export function withRefreshGrace(rotate: GrantHandler, options: RefreshGraceOptions): GrantHandler {
  const { store, now, graceMs } = options;
  const running = new Map<string, Promise<Answer>>();

  const answer = async (ctx: TokenEndpointGrantContext, token: string, request: string): Promise<Answer> => {
    const record = await store.get('RefreshToken', keyOf('RefreshToken', token));
    const usedAt = record?.consumedAt;
    if (usedAt !== undefined && now() - usedAt < graceMs) {
      const kept = await store.get(KIND, digest(token));
      const opened = kept && open(kept.payload['sealed'], token, request);
      if (opened === undefined) throw new errors.InvalidGrant('refresh token was used a moment ago');
      return opened;
    }
    await rotate(ctx);
    const body = ctx.body as Answer;
    const draft = { payload: { sealed: seal(body, token, request) }, expiresAt: now() + graceMs };
    if (graceMs > 0) await store.put(KIND, digest(token), draft);
    return body;
  };

  return async (ctx) => {
    const token = ctx.oidc.params['refresh_token'];
    if (typeof token !== 'string' || token === '') return rotate(ctx);
    const request = requestOf(ctx);
    const key = digest(`${token} ${request}`);
    const first = running.get(key);
    if (first !== undefined) {
      ctx.body = await first;
      return;
    }
    const task = answer(ctx, token, request);
    running.set(key, task);
    try {
      ctx.body = await task;
    } finally {
      running.delete(key);
    }
  };
}

/** What the answer depends on beside the token: another client, scope or resource never gets it. */
function requestOf(ctx: TokenEndpointGrantContext): string {
  const { scope, resource } = ctx.oidc.params;
  return JSON.stringify([ctx.oidc.client.clientId, scope ?? null, resource ?? null]);
}

const deriveKey = (token: string, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', token, salt, 'mcpgw refresh answer', 32));

function seal(answer: Answer, token: string, request: string): string {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, deriveKey(token, salt), iv).setAAD(Buffer.from(request));
  const text = Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final()]);
  return [salt, iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url')).join('.');
}

function open(sealed: unknown, token: string, request: string): Answer | undefined {
  const [salt, iv, tag, text] = String(sealed)
    .split('.')
    .map((part) => Buffer.from(part, 'base64url'));
  if (!salt || !iv || !tag || !text) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, deriveKey(token, salt), iv, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(request)).setAuthTag(tag);
    return JSON.parse(`${decipher.update(text, undefined, 'utf8')}${decipher.final('utf8')}`) as Answer;
  } catch {
    return undefined;
  }
}
