import type { ServerResponse } from 'node:http';
import { refuse, replyJson } from '../http/reply.ts';
import { unavailable } from '../http/unavailable.ts';
import { CODES } from '../jsonrpc/codes.ts';
import { isObject, type Request } from '../jsonrpc/message.ts';
import { responseText } from '../jsonrpc/write.ts';
import type { Backend } from './backend.ts';
import type { LegacyContext } from './context.ts';
import { Session } from './session.ts';
import { sharedResult } from './shared-result.ts';
import { negotiate } from './versions.ts';

/** Answers `initialize`: finds or starts the child, and makes a session of the client's own. */
export async function initialize(
  context: LegacyContext,
  principal: string,
  request: Request,
  response: ServerResponse,
): Promise<void> {
  const { sessions, backends, supervisor, log } = context;
  const { idText, params, paramsText } = request;
  if (paramsText === undefined || typeof params?.['protocolVersion'] !== 'string') {
    const message = 'initialize needs params with a protocolVersion';
    refuse(response, idText, { status: 400, code: CODES.invalidParams, message }, log);
    return;
  }
  const place = sessions.reserve(principal);
  if (!place.ok) {
    const refusal = { status: 429, code: CODES.unavailable, message: place.reason, retryAfterMs: 10_000 };
    refuse(response, idText, refusal, log);
    return;
  }
  let backend: Backend | undefined;
  let session: Session | undefined;
  // A client that leaves while its child starts never learns of the session.
  response.once('close', () => {
    if (!session && backend?.sole) backend.end();
  });
  try {
    await supervisor.check();
    backend = backends.for(principal, paramsText);
    backend.join();
    const answer = await backend.open();
    if (response.destroyed) return;
    if (answer.outcome === 'error') {
      replyJson(response, 200, responseText(idText, 'error', answer.valueText));
      return;
    }
    session = open(context, { principal, backend, request, release: place.release });
    const resultText = resultFor(context, backend, session.version, answer.valueText);
    replyJson(response, 200, responseText(idText, 'result', resultText), { 'mcp-session-id': session.id });
  } catch (error) {
    if (backend) supervisor.suspect();
    refuse(response, idText, unavailable(error), log);
  } finally {
    if (!session) place.release();
    backend?.part();
  }
}

function open(
  { run, sessions, log }: LegacyContext,
  made: { principal: string; backend: Backend; request: Request; release: () => void },
): Session {
  const { principal, backend, request, release } = made;
  const capabilities = request.params?.['capabilities'];
  const spoken = backend.facts?.protocolVersion ?? '';
  const session = new Session({
    id: sessions.newId(),
    principal,
    backend,
    version: run.isolation === 'session' ? spoken : negotiate(request.params?.['protocolVersion'], spoken),
    capabilities: isObject(capabilities) ? capabilities : {},
    limits: run.limits,
    release,
    log,
  });
  sessions.add(session);
  backend.attach(session);
  return session;
}

/** A child of the client's own has answered for itself; one that was there before is spoken for. */
function resultFor({ run }: LegacyContext, backend: Backend, version: string, answered: string): string {
  if (run.isolation === 'session' || !backend.facts) return answered;
  return sharedResult(backend.facts, version, backend.shared);
}
