import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkAccept } from '../http/guards.ts';
import { refuse, replyEmpty } from '../http/reply.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Caller } from '../policy.ts';
import type { LegacyContext } from './context.ts';
import { findSession } from './lookup.ts';

/** Answers GET: the stream of what the server says of itself, or a broken stream taken up again. */
export function handleGet(
  context: LegacyContext,
  { principal }: Caller,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const found = findSession(context, principal, request);
  const refusal = checkAccept(request, ['text/event-stream']) ?? (found.session ? undefined : found.refusal);
  if (refusal || !found.session) {
    if (refusal) refuse(response, undefined, refusal, context.log);
    return;
  }
  found.session.usedAt = Date.now();
  const lastEventId = request.headers['last-event-id'];
  if (typeof lastEventId !== 'string') found.session.listen(response);
  else if (!found.session.resume(response, lastEventId)) {
    const message = 'This Last-Event-ID is unknown, or too much has happened since; open a new stream';
    refuse(response, undefined, { status: 400, code: CODES.invalidRequest, message }, context.log);
  }
}

/** Answers DELETE: ends the session. */
export function handleDelete(
  context: LegacyContext,
  { principal }: Caller,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const found = findSession(context, principal, request);
  if (!found.session) {
    refuse(response, undefined, found.refusal, context.log);
    return;
  }
  context.sessions.end(found.session, 'The client has ended the session');
  replyEmpty(response, 200);
}
