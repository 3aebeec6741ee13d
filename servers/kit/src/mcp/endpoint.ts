import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from '../contract/index.ts';
import { readIdentity } from '../identity.ts';
import type { Log } from '../log.ts';
import { BodyError, readJson } from './body.ts';
import type { Inbound } from './call.ts';
import type { Protocol } from './protocol.ts';
import { refuse, type Refusal } from './refusal.ts';
import { toWebRequest, writeWebResponse } from './web.ts';

export interface EndpointOptions {
  limits: Limits;
  log: Log;
  protocol: Promise<Protocol>;
  onCall: () => void;
  onError: () => void;
}

/** The HTTP side of `/mcp`: bounds, the body, the deadline, the answer. */
export interface Endpoint {
  /** Rejects only where an answer cannot be written. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Refuses new requests and waits for those in flight; streams that may stay open are not waited for. */
  drain(graceMs: number): Promise<void>;
}

const BUSY: Refusal = {
  status: 503,
  error: 'busy',
  message: 'Too many requests are in flight: try again in a moment.',
  headers: { 'Retry-After': '1' },
};
const STOPPING: Refusal = {
  status: 503,
  error: 'stopping',
  message: 'The server is stopping: try again in a moment.',
  headers: { 'Retry-After': '5', Connection: 'close' },
};
const NOT_JSON: Refusal = {
  status: 415,
  error: 'unsupported_media_type',
  message: 'A POST to the MCP endpoint needs Content-Type: application/json.',
};
const TOO_SLOW: Refusal = {
  status: 504,
  error: 'timeout',
  message: 'The request has taken longer than this server allows.',
};
const DEFECT: Refusal = {
  status: 500,
  error: 'server_error',
  message: 'The server has failed; its log says why.',
};

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const DRAIN_CHECK_MS = 20;
/** Reasons of an abort, made once: without a reason each abort would make an error with a stack. */
const GONE = new Error('The client has gone.');
const DEADLINE = new Error('The exchange has taken too long.');

export function createEndpoint({ limits, log, protocol, onCall, onError }: EndpointOptions): Endpoint {
  let inFlight = 0;
  let draining = false;

  /** @param stays called when the answer will be a stream that may stay open */
  const answer = async (inbound: Inbound, signal: AbortSignal, stays: () => void): Promise<Response> => {
    const { request } = inbound;
    if (draining) return refuse(log, request, STOPPING);
    if (inFlight > limits.inFlight) return refuse(log, request, BUSY);
    let body: unknown;
    if (request.method === 'POST') {
      if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) return refuse(log, request, NOT_JSON);
      body = await readJson(request, limits.bodyBytes, signal);
      onCall();
    }
    if (request.method === 'GET' || isListen(body)) stays();
    return (await protocol).serve(toWebRequest(request, signal), inbound, body);
  };

  const refusalFor = (error: unknown): Refusal => {
    if (error === DEADLINE) return TOO_SLOW;
    if (error instanceof BodyError) {
      const { status, message } = error;
      return { status, error: 'invalid_body', message, headers: { Connection: 'close' } };
    }
    log.error({ err: error }, 'an MCP request has failed');
    return DEFECT;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    const inbound: Inbound = {
      request,
      ended,
      identity: readIdentity(request),
      receivedAt: new Date(),
      startedAt: performance.now(),
    };
    const abort = new AbortController();
    const { signal } = abort;
    response
      .once('close', () => {
        if (!response.writableFinished) abort.abort(GONE);
      })
      // What a client's going breaks is told by `close`; an error without a listener would end the process.
      .on('error', () => undefined);
    const deadline = setTimeout(() => abort.abort(DEADLINE), limits.requestMs);
    inFlight += 1;
    let counted = true;
    const release = (): void => {
      clearTimeout(deadline);
      if (counted) inFlight -= 1;
      counted = false;
    };
    try {
      const result = await untilAborted(answer(inbound, signal, release), signal);
      if (!result.ok) onError();
      await writeWebResponse(result, response, signal);
    } catch (error) {
      if (error !== GONE && !response.headersSent) {
        onError();
        await writeWebResponse(refuse(log, request, refusalFor(error)), response, signal);
      }
    } finally {
      release();
      response.end();
      end(undefined);
    }
  };

  return {
    handle,
    drain: async (graceMs) => {
      draining = true;
      const until = performance.now() + graceMs;
      while (inFlight > 0 && performance.now() < until) await delay(DRAIN_CHECK_MS);
    },
  };
}

/** @throws the signal's reason, once it is aborted */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return Promise.race([work, promise]);
}

const isListen = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen';
