import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { readIdentity, type Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import { CODES } from '../jsonrpc/codes.ts';
import { parseMessages } from '../jsonrpc/message.ts';
import { Liveness } from '../child/liveness.ts';
import type { Backend } from '../legacy/backend.ts';
import type { LegacyContext } from '../legacy/context.ts';
import { handleDelete, handleGet } from '../legacy/get.ts';
import { handlePost } from '../legacy/post.ts';
import type { ModernContext } from '../modern/context.ts';
import { MODERN_VERSION } from '../modern/envelope.ts';
import { isModern } from '../modern/ladder.ts';
import { handleModernPost } from '../modern/post.ts';
import { callerOf, SinglePrincipal, type Caller } from '../policy.ts';
import { BodyReader } from './body.ts';
import { checkAccept, checkContentType, originGuard } from './guards.ts';
import { refuse, replyEmpty, replyJson, type Refusal } from './reply.ts';

export interface HandlerOptions {
  legacy: LegacyContext;
  modern: ModernContext;
  run: ProxyRun;
  /** Absent when an edge has checked Host and Origin. */
  origins: readonly string[] | undefined;
  log: Log;
}

export interface Handler {
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** From now on every request is told that the service is stopping. */
  refuseNew(): void;
}

const STOPPING: Refusal = {
  status: 503,
  code: CODES.unavailable,
  message: 'The service is stopping; try again',
  retryAfterMs: 2_000,
};
const CONGESTED: Refusal = {
  status: 503,
  code: CODES.unavailable,
  message: 'The server process does not read what it is sent; try again',
  retryAfterMs: 5_000,
};
const NOT_YOURS: Refusal = {
  status: 403,
  code: CODES.unavailable,
  message: 'This service runs code for one user, and that is somebody else',
};
/** How long a child may take to show that it lives. */
const PING_MS = 3_000;
const POST_TYPES = ['application/json', 'text/event-stream'];

/** Writing to a client that has just gone is no news. */
const ignore = (): void => undefined;

/** The way in: paths, methods and headers, then the body, then the era. */
export function createHandler({ legacy, modern, run, origins, log }: HandlerOptions): Handler {
  const bodies = new BodyReader(run.limits.bodyBytes);
  const checkOrigin = origins && originGuard(origins);
  const liveness = new Liveness(() => legacy.backends.answer(PING_MS));
  const single = new SinglePrincipal(run.arbitraryCode && run.isolation !== 'shared');
  let stopping = false;

  const turnedAway = (caller: Caller): Refusal | undefined => {
    if (stopping) return STOPPING;
    return single.admits(caller.principal) ? undefined : NOT_YOURS;
  };

  const post = (caller: Caller, request: IncomingMessage, response: ServerResponse): void => {
    const wrong = checkContentType(request) ?? checkAccept(request, POST_TYPES);
    const serve = (body: string | Refusal): void | Promise<void> => {
      if (typeof body !== 'string') {
        refuse(response, undefined, body, log);
        return;
      }
      const parsed = parseMessages(body);
      const [first] = parsed.messages;
      const idText = !parsed.batch && first && 'idText' in first ? first.idText : undefined;
      const refusal = wrong ?? turnedAway(caller);
      if (refusal) refuse(response, idText, refusal, log);
      else if (!isModern(parsed, request.headers))
        return handlePost(legacy, caller, parsed, request, response);
      else return handleModernPost(modern, caller, parsed, request, response);
    };
    bodies.read(request, (body) => guarded(response, () => serve(body)));
  };

  const mcp = (request: IncomingMessage, response: ServerResponse): void => {
    const foreign = checkOrigin?.(request);
    if (foreign) {
      refuse(response, undefined, foreign, log);
      return;
    }
    const caller = callerOf(readIdentity(request));
    if (request.method === 'POST') {
      const backend = congestedBackend(caller, request);
      if (backend) void postLater(backend, caller, request, response);
      else post(caller, request, response);
      return;
    }
    const refusal = turnedAway(caller);
    if (request.headers['mcp-protocol-version'] === MODERN_VERSION)
      replyEmpty(response, 405, { allow: 'POST' });
    else if (request.method !== 'GET' && request.method !== 'DELETE') {
      replyEmpty(response, 405, { allow: 'GET, POST, DELETE' });
    } else if (refusal) refuse(response, undefined, refusal, log);
    else if (request.method === 'GET') handleGet(legacy, caller, request, response);
    else handleDelete(legacy, caller, request, response);
  };

  const congestedBackend = ({ principal }: Caller, { headers }: IncomingMessage): Backend | undefined => {
    const id = headers['mcp-session-id'];
    const session = typeof id === 'string' ? legacy.sessions.find(id, principal) : undefined;
    return session?.backend.congested ? session.backend : undefined;
  };

  /** While the child does not read, a client's body is left where it is: with the client. */
  const postLater = async (
    backend: Backend,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const abort = new AbortController();
    const deadline = delay(run.limits.requestMs, undefined, { signal: abort.signal }).catch(() => undefined);
    await Promise.race([backend.drained(), deadline]);
    abort.abort();
    if (backend.congested) refuse(response, undefined, CONGESTED, log);
    else post(caller, request, response);
  };

  /** The one place where a defect of ours ends. */
  const guarded = (response: ServerResponse, serve: () => void | Promise<void>): void => {
    const failed = (error: unknown): void => {
      log.error({ err: error }, 'request failed');
      if (response.headersSent) response.destroy();
      else replyEmpty(response, 500);
    };
    try {
      serve()?.catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  const health = async (response: ServerResponse): Promise<void> => {
    const { state } = legacy.supervisor;
    const healthy = state === 'ready' && !stopping && (await liveness.check(Date.now()));
    const status = healthy || state !== 'ready' ? state : stopping ? 'stopping' : 'silent';
    replyJson(response, healthy ? 200 : 503, JSON.stringify({ status }));
  };

  return {
    handler: (request, response) =>
      guarded(response, () => {
        const path = request.url?.split('?', 1)[0];
        response.on('error', ignore);
        if (path === '/health') return health(response);
        if (path === '/mcp') mcp(request, response);
        else replyEmpty(response, 404);
        return undefined;
      }),
    refuseNew: () => {
      stopping = true;
    },
  };
}
