import type { Worker } from './worker.ts';
import type { ServerFacts } from '../child/handshake.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Request } from '../jsonrpc/message.ts';
import { childCapabilities } from './capabilities.ts';
import { EVERYBODY, type ModernContext } from './context.ts';
import type { Envelope } from './envelope.ts';
import { honoured, Listener, readFilter, type Filter } from './listen.ts';
import type { Reply } from './reply.ts';
import { serverInfoText } from './texts.ts';

/** Open listeners that one principal may have. */
const MAX_LISTENERS = 16;

/** Answers `subscriptions/listen`; a child of the principal's stays for as long as somebody listens. */
export async function subscribe(
  context: ModernContext,
  principal: string,
  facts: ServerFacts,
  { request, envelope, reply }: { request: Request; envelope: Envelope; reply: Reply },
): Promise<void> {
  const asked = readFilter(request);
  if (!asked) {
    const message = 'Invalid params: "notifications" must say what to listen for';
    reply.refuse({ status: 400, code: CODES.invalidParams, message });
    return;
  }
  const shared = context.run.isolation === 'shared';
  const source = shared ? EVERYBODY : principal;
  if (context.changes.count(source) >= (shared ? context.run.limits.sessions : MAX_LISTENERS)) {
    const message = 'Too many subscriptions are open; close one';
    reply.refuse({ status: 429, code: CODES.unavailable, message, retryAfterMs: 10_000 });
    return;
  }
  const wanted = honoured(asked, facts.capabilities, shared);
  const nothing = Object.keys(wanted).length === 0;
  const worker =
    shared || nothing
      ? undefined
      : await context.pool.pin(principal, childCapabilities(envelope.capabilities));
  const filter = worker ? await agreed(worker, wanted) : wanted;
  if (reply.over) {
    letGo(worker, filter);
    return;
  }
  if (worker) reply.outflow = worker.outflow;
  const listener = new Listener(reply, filter, serverInfoText(facts.resultText), () => {
    stop();
    forget?.();
    context.listeners.delete(listener);
    letGo(worker, filter);
  });
  const stop = context.changes.subscribe(source, (notification) => listener.hear(notification));
  const forget = worker?.onceClosed(() => listener.finish());
  context.listeners.add(listener);
  if (nothing || worker?.closed) listener.finish();
}

/** The part of the filter that the child has agreed to. */
async function agreed(worker: Worker, filter: Filter): Promise<Filter> {
  const { resourceSubscriptions, ...lists } = filter;
  if (!resourceSubscriptions) return filter;
  const answers = await Promise.all(resourceSubscriptions.map((uri) => worker.subscribe(uri)));
  const kept = resourceSubscriptions.filter((_, i) => answers[i]);
  return kept.length === 0 ? lists : { ...lists, resourceSubscriptions: kept };
}

function letGo(worker: Worker | undefined, { resourceSubscriptions = [] }: Filter): void {
  for (const uri of resourceSubscriptions) worker?.unsubscribe(uri);
  worker?.unpin();
}
