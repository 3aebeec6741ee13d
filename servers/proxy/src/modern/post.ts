import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from '../child/connection.ts';
import type { ServerFacts } from '../child/handshake.ts';
import { refuse, replyEmpty, type Refusal } from '../http/reply.ts';
import { unavailable } from '../http/unavailable.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Parsed, Request } from '../jsonrpc/message.ts';
import { progressTokenSpan } from '../jsonrpc/splice.ts';
import { checkTool, type Caller } from '../policy.ts';
import { ModernCall } from './call.ts';
import { asksNothing, childCapabilities } from './capabilities.ts';
import type { ModernContext } from './context.ts';
import { discoverResult } from './discover.ts';
import type { Envelope } from './envelope.ts';
import { checkOther, checkRequest } from './ladder.ts';
import { paramMismatch } from './param-headers.ts';
import { PoolFull } from './pool.ts';
import { Reply } from './reply.ts';
import { callBinding } from './request-state.ts';
import { subscribe } from './subscribe.ts';
import { childParams, serverInfoText } from './texts.ts';
import type { Worker } from './worker.ts';

/** Methods of legacy revisions that the modern era has dropped, though the child would answer them. */
const REMOVED = /^(initialize|ping|logging\/setLevel|resources\/(un)?subscribe|tasks\/.*)$/;

/** A request that has passed the ladder. */
interface Admitted {
  request: Request;
  envelope: Envelope;
  reply: Reply;
  headers: IncomingMessage['headers'];
}

/** Answers a POST of the modern era. */
export function handleModernPost(
  context: ModernContext,
  caller: Caller,
  { batch, messages }: Parsed,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void | Promise<void> {
  const { log, replies } = context;
  const [request] = messages;
  if (!batch && request?.kind === 'invalid') {
    refuse(response, request.idText, { status: 400, code: request.code, message: request.reason }, log);
    return;
  }
  if (batch || request?.kind !== 'request') {
    const refusal = checkOther(request?.kind === 'invalid' ? undefined : request, batch);
    if (refusal) refuse(response, undefined, refusal, log);
    else replyEmpty(response, 202);
    return;
  }
  const checked = checkRequest(request, headers);
  if (!checked.envelope) {
    refuse(response, request.idText, checked.refusal, log);
    return;
  }
  const reply = new Reply(response, request.idText, log);
  if (REMOVED.test(request.method)) reply.refuse(methodNotFound(request.method));
  else if (!replies.add(caller.principal, reply)) {
    const message = `This user has ${context.run.limits.inFlight} requests in flight, which is the limit`;
    reply.refuse({ status: 429, code: CODES.unavailable, message, retryAfterMs: 1_000 });
  } else return serve(context, caller, { request, envelope: checked.envelope, reply, headers });
}

const methodNotFound = (method: string): Refusal => ({
  status: 404,
  code: CODES.methodNotFound,
  message: `Method not found: ${method.slice(0, 64)}`,
});

async function serve(context: ModernContext, caller: Caller, admitted: Admitted): Promise<void> {
  const { reply, request } = admitted;
  try {
    await context.supervisor.check();
    const { facts } = context.supervisor;
    if (!facts || reply.over) return;
    if (request.method === 'server/discover') {
      reply.result(discoverResult(facts, context.run.isolation === 'shared'));
    } else if (request.method === 'subscriptions/listen') {
      await subscribe(context, caller.principal, facts, admitted);
    } else await relay(context, caller, facts, admitted);
  } catch (error) {
    if (error instanceof PoolFull) {
      reply.refuse({ status: 429, code: CODES.unavailable, message: error.message, retryAfterMs: 5_000 });
    } else reply.refuse(unavailable(error));
  }
}

async function relay(
  context: ModernContext,
  caller: Caller,
  facts: ServerFacts,
  admitted: Admitted,
): Promise<void> {
  const { run, backends, pool, parked, counters } = context;
  const { request, envelope, reply, headers } = admitted;
  const denied = checkTool(request, caller);
  if (denied) {
    reply.refuse({ status: 200, ...denied });
    return;
  }
  if (request.params?.['requestState'] !== undefined) {
    goOn(context, request, callBinding(caller.principal, request), reply);
    return;
  }
  const shared = run.isolation === 'shared';
  const capabilities = childCapabilities(envelope.capabilities);
  const exclusive = !asksNothing(capabilities) || envelope.logLevel !== undefined;
  const worker = shared ? undefined : await pool.acquire(caller.principal, capabilities, exclusive);
  let lent = worker !== undefined;
  const release = (holder?: ModernCall): void => {
    if (worker && lent) pool.release(worker, holder);
    lent = false;
  };
  try {
    const connection = worker?.connection ?? (await backends.shared.use());
    const refusal = await check(context, connection, request, headers);
    if (refusal) reply.refuse(refusal);
    if (reply.over) {
      release();
      return;
    }
    const call: ModernCall = new ModernCall({
      principal: caller.principal,
      request,
      paramsText: childParams(request.params ?? {}, request.paramsText ?? '{}'),
      envelope,
      // A call that can be asked nothing never waits for answers.
      binding: asksNothing(capabilities) ? '' : callBinding(caller.principal, request),
      allowedTools: caller.allowedTools,
      serverInfoText: serverInfoText(facts.resultText),
      reply,
      counters,
      parking: parked,
      release: () => release(call),
    });
    counters.calls++;
    reply.outflow = worker?.outflow ?? context.outflow;
    if (worker) prepare(worker, call, facts, envelope);
    call.start(connection);
  } catch (error) {
    release();
    throw error;
  }
}

function prepare(worker: Worker, call: ModernCall, facts: ServerFacts, { logLevel }: Envelope): void {
  worker.hold(call);
  if (logLevel !== undefined && facts.capabilities['logging'] !== undefined) worker.setLevel(logLevel);
}

/** Goes on with a call that waits for its client's answers. */
function goOn({ parked, run }: ModernContext, request: Request, binding: string, reply: Reply): void {
  const call = parked.take(request, binding);
  if (!call) {
    const message =
      'This requestState is not valid for this request, was used, or has expired; send the request anew';
    reply.refuse({ status: 200, code: CODES.invalidParams, message });
    return;
  }
  const token = progressTokenSpan(request.params, request.paramsText);
  call.resume(
    reply,
    request,
    token && request.paramsText?.slice(token.start, token.end),
    run.limits.requestMs,
  );
}

/** What only the child's own tool list can tell: whether the `Mcp-Param-*` headers repeat the arguments. */
async function check(
  { rules }: ModernContext,
  connection: Connection,
  { method, params }: Request,
  headers: IncomingMessage['headers'],
): Promise<Refusal | undefined> {
  const name = params?.['name'];
  if (method !== 'tools/call' || typeof name !== 'string') return undefined;
  const wanted = (await rules.of(connection)).get(name);
  const mismatch = wanted && paramMismatch(wanted, params?.['arguments'], headers);
  if (mismatch === undefined) return undefined;
  return { status: 400, code: CODES.headerMismatch, message: `Headers and body disagree: ${mismatch}` };
}
