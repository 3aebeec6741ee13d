import type { IncomingMessage } from 'node:http';
import type { Identity } from '../identity.ts';
import type { Entry } from './principal-store.ts';

/** Legacy: revisions up to 2025-11-25, with `initialize`. Modern: 2026-07-28 and later (MCP, "Versioning"). */
export type Era = 'legacy' | 'modern';

/** What a client says of itself; nobody has checked it. */
export interface ClientInfo {
  name: string;
  version: string;
}

/** One HTTP request to the MCP endpoint, as it has arrived. */
export interface Inbound {
  readonly request: IncomingMessage;
  /** Undefined: the request did not come through the edge. */
  readonly identity: Identity | undefined;
  readonly receivedAt: Date;
  /** The same moment on the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** Resolves when the exchange is over, however it has ended. */
  readonly ended: Promise<unknown>;
}

/** A legacy session (MCP transports, "Session Management"). */
export type Session = Entry<{ client: ClientInfo | undefined; protocolVersion: string | undefined }>;

/** One `tools/call`. */
export interface Call extends Inbound {
  readonly era: Era;
  readonly protocolVersion: string | undefined;
  readonly client: ClientInfo | undefined;
  /** The legacy session it belongs to; undefined on a stateless server and in the modern era. */
  readonly session: Session | undefined;
  /** All sessions of the same principal. */
  ownSessions(): readonly Session[];
  /** Aborted when the caller cancels or is gone, or when the call has run too long. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the work is; does nothing for a caller that has not asked (MCP, "Progress"). */
  progress(done: number, total?: number, message?: string): Promise<void>;
}

/**
 * Whom state belongs to. Without an edge in front there is no user, and all callers are one.
 */
export const principalOf = (inbound: Inbound): string => inbound.identity?.userId ?? '';
