import type { HttpExchange, HttpRequest } from '../../oauth/http.ts';
import type { Revision } from '../types.ts';
import type { Message } from './message.ts';
import type { Reply } from './reply.ts';

export interface LinkOptions {
  url: string;
  token?: string;
  /** Of one exchange. */
  timeoutMs: number;
  ca?: string;
  signal?: AbortSignal;
}

export interface SendOptions {
  /** Headers to add, or with `undefined` to leave out. */
  headers?: Record<string, string | undefined>;
  session?: Session;
  /** Id of the request whose response ends the reading. */
  id?: unknown;
  timeoutMs?: number;
  method?: string;
  /** Read to the end of the body, or of the time, although the response is there. */
  drain?: boolean;
}

/** The tester as client of one target under one revision. */
export interface Link {
  readonly options: LinkOptions;
  readonly revision: Revision;
  readonly modern: boolean;
  /** Every message that the target sent so far, bounded. */
  readonly received: readonly Message[];
  /** Sends a body as it is, with the headers of the era. */
  post(body: unknown, options?: SendOptions): Promise<Reply>;
  /** Opens any exchange with the endpoint; the caller closes it. */
  open(request: Partial<HttpRequest>, options?: SendOptions): Promise<HttpExchange>;
  /** Sends a request as a client of the era does, in the shared session where there is one. */
  request(method: string, params?: Record<string, unknown>, options?: SendOptions): Promise<Reply>;
  notify(method: string, params?: Record<string, unknown>, options?: SendOptions): Promise<Reply>;
  /** The session that the harmless checks share (legacy). */
  session(): Promise<Session>;
  /** A session of one's own (legacy); ended with the link at the latest, as every session is. */
  newSession(): Promise<Session>;
  /** Computes what several checks look at, once. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
  nextId(): number;
  /** Ends every session that was opened through this link; the shared one too when `all`. */
  endSessions(all: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A legacy session: what `initialize` agreed on. */
export interface Session {
  /** Absent on a server without sessions. */
  readonly id: string | undefined;
  readonly version: string;
  readonly initialize: Reply;
  /** Answer to `notifications/initialized`. */
  readonly initialized: Reply;
  readonly capabilities: Record<string, unknown>;
  headers(): Record<string, string>;
  request(method: string, params?: Record<string, unknown>, options?: SendOptions): Promise<Reply>;
  /** Sends DELETE (2025-03-26 and later, session management). */
  end(timeoutMs?: number): Promise<Reply>;
}
