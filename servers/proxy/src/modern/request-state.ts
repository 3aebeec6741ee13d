import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Params, Request } from '../jsonrpc/message.ts';
import { canonicalJson } from './canonical-json.ts';

/** What a client brings back when it repeats a call with answers. */
export interface RequestState {
  callId: string;
  /** Which round of questions it answers, from 1. */
  round: number;
}

const MAC_BYTES = 32;

/**
 * Signs and checks `requestState` (2026-07-28, MRTR): bound to the principal, the method and the params, with an end.
 * The key lives as long as the process, as do the calls that wait.
 */
export class RequestStates {
  readonly #key = randomBytes(32);

  /** @param expiresAt milliseconds since the epoch */
  sign({ callId, round }: RequestState, expiresAt: number, boundTo: string): string {
    const payload = `${callId}.${round}.${expiresAt}`;
    return `${payload}.${this.#mac(payload, boundTo).toString('base64url')}`;
  }

  /** @returns undefined when the state is not ours, was changed, belongs to another call, or has expired */
  verify(text: string, now: number, boundTo: string): RequestState | undefined {
    const [, payload = '', callId = '', round, expiresAt, mac = ''] =
      /^(([\w-]{1,64})\.(\d{1,9})\.(\d{1,16}))\.([\w-]{43})$/.exec(text) ?? [];
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== MAC_BYTES || given.toString('base64url') !== mac) return undefined;
    if (!timingSafeEqual(given, this.#mac(payload, boundTo)) || Number(expiresAt) < now) return undefined;
    return { callId, round: Number(round) };
  }

  #mac(payload: string, boundTo: string): Buffer {
    return createHmac('sha256', this.#key).update(`${payload}\n${boundTo}`).digest();
  }
}

/** What a call is bound to: who makes it, and what is asked, apart from the answers and `_meta`. */
export function callBinding(principal: string, { method, params }: Request): string {
  const asked: Params = { ...params, _meta: undefined, inputResponses: undefined, requestState: undefined };
  return createHash('sha256')
    .update(canonicalJson([principal, method, asked]))
    .digest('base64url');
}
