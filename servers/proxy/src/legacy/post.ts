import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse, replyEmpty, type Refusal } from '../http/reply.ts';
import { unavailable } from '../http/unavailable.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Invalid, Message, Parsed, Request } from '../jsonrpc/message.ts';
import { checkTool, type Caller } from '../policy.ts';
import { LegacyCall } from './call.ts';
import type { LegacyContext } from './context.ts';
import { Exchange } from './exchange.ts';
import { initialize } from './initialize.ts';
import { findSession } from './lookup.ts';
import type { Session } from './session.ts';
import { hasBatches } from './versions.ts';

/** Answers a POST of the legacy era: one message, or a batch where the revision has them. */
export function handlePost(
  context: LegacyContext,
  caller: Caller,
  parsed: Parsed,
  request: IncomingMessage,
  response: ServerResponse,
): void | Promise<void> {
  const { log } = context;
  const [first] = parsed.messages;
  const idText = parsed.batch ? undefined : idOf(first);
  const refuseAll = (refusal: Refusal): void => refuse(response, idText, refusal, log);

  if (!parsed.batch && first?.kind === 'invalid') {
    refuseAll({ status: 400, code: first.code, message: first.reason });
    return;
  }
  const found = findSession(context, caller.principal, request);
  if (!parsed.batch && first?.kind === 'request' && first.method === 'initialize') {
    if (!found.session) return initialize(context, caller.principal, first, response);
    refuseAll(badRequest('This session is initialized already'));
    return;
  }
  if (!found.session) {
    refuseAll(found.refusal);
    return;
  }
  const { session } = found;
  const messages = readBatch(parsed, session);
  if (!Array.isArray(messages)) {
    refuseAll(messages);
    return;
  }
  const requests = messages.filter((message) => message.kind === 'request');
  if (session.inFlight + requests.length > context.run.limits.inFlight) {
    const message = `The session has ${session.inFlight} requests in flight, which is the limit; wait for an answer`;
    refuseAll({ status: 429, code: CODES.unavailable, message, retryAfterMs: 1_000 });
    return;
  }
  session.usedAt = Date.now();
  for (const message of messages) {
    if (message.kind === 'response') session.answer(message);
    else if (message.kind === 'notification') {
      if (message.method === 'notifications/cancelled') session.cancel(message);
      else session.backend.notify(message);
    }
  }
  if (requests.length === 0) replyEmpty(response, 202);
  else relay(context, caller, session, requests, parsed.batch, response);
}

const badRequest = (message: string): Refusal => ({ status: 400, code: CODES.invalidRequest, message });

const idOf = (message: Message | Invalid | undefined): string | undefined =>
  message?.kind === 'request' || message?.kind === 'invalid' ? message.idText : undefined;

/** The messages, all of them valid and allowed here, or why they are refused. */
function readBatch({ batch, messages }: Parsed, session: Session): Message[] | Refusal {
  if (batch && !hasBatches(session.version)) {
    return badRequest(`MCP ${session.version} has no JSON-RPC batches; send one message a request`);
  }
  if (messages.length === 0) return badRequest('The batch is empty');
  const valid: Message[] = [];
  for (const message of messages) {
    if (message.kind === 'invalid') return { status: 400, code: message.code, message: message.reason };
    if (message.kind === 'request' && message.method === 'initialize') {
      return badRequest('initialize cannot be part of a batch');
    }
    valid.push(message);
  }
  return valid;
}

function relay(
  context: LegacyContext,
  caller: Caller,
  session: Session,
  requests: Request[],
  batch: boolean,
  response: ServerResponse,
): void {
  const { counters, log } = context;
  const exchange = new Exchange(response, session.streams, {
    requests: requests.length,
    batch,
    prime: session.primes,
  });
  session.exchanges.add(exchange);
  for (const request of requests) {
    counters.calls++;
    const { allowedTools } = caller;
    const call = new LegacyCall({ session, exchange, request, allowedTools, counters, log });
    const denied = checkTool(request, caller);
    if (denied) call.fail(denied.code, denied.message);
    else send(call, request, session);
  }
}

function send(call: LegacyCall, request: Request, session: Session): void {
  const failed = (error: unknown): void => {
    const { code, message, retryAfterMs } = unavailable(error);
    call.fail(code, message, retryAfterMs);
  };
  session.backend.remember(request);
  try {
    const connection = session.backend.use();
    if (connection instanceof Promise) connection.then((opened) => call.send(opened), failed);
    else call.send(connection);
  } catch (error) {
    failed(error);
  }
}
