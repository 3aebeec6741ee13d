import { Unavailable } from '../child/handshake.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Refusal } from './reply.ts';

/** The refusal for a service, or a process of it, that cannot serve now. Stderr stays with the operator. */
export function unavailable(error: unknown): Refusal {
  if (!(error instanceof Unavailable)) throw error;
  const retryAfterMs = Math.max(error.retryAfterMs, 1_000);
  const message = `The service is not available: ${error.message}. Try again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return { status: 503, code: CODES.unavailable, message, retryAfterMs };
}
