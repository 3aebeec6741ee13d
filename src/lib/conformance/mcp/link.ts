import { open as openExchange, type HttpExchange, type HttpRequest } from '../../oauth/http.ts';
import { MODERN, type Revision } from '../types.ts';
import type { Message } from './message.ts';
import { headersOfModern, withMeta } from './modern.ts';
import { readReply, type Reply } from './reply.ts';
import { openSession } from './session.ts';
import type { Link, LinkOptions, SendOptions, Session } from './types.ts';

const MAX_RECEIVED = 5000;
const PARALLEL_ENDS = 8;
const END_MS = 2000;

/** Makes a link; nothing is sent yet. */
export function createLink(options: LinkOptions, revision: Revision): Link {
  const modern = MODERN.some((known) => known === revision);
  const received: Message[] = [];
  const shared = new Map<string, Promise<unknown>>();
  /** Ids of all sessions that the target gave out, whoever asked for them. */
  const sessionIds = new Set<string>();
  let lastId = 0;

  const headersFor = (body: unknown, send: SendOptions): Record<string, string> => {
    const all: Record<string, string | undefined> = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(modern ? headersOfModern(revision, body) : send.session?.headers()),
      ...send.headers,
    };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  };

  const exchange = (request: Partial<HttpRequest>, timeoutMs = options.timeoutMs): Promise<HttpExchange> =>
    openExchange({
      url: options.url,
      timeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...request,
    });

  const link: Link = {
    options,
    revision,
    modern,
    received,
    nextId: () => (lastId += 1),
    open: (request, send = {}) =>
      exchange(
        { ...request, headers: { ...headersFor(undefined, send), ...request.headers } },
        send.timeoutMs,
      ),
    async post(body, send = {}) {
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      const answer = await exchange(
        { method: send.method ?? 'POST', body: text, headers: headersFor(body, send) },
        send.timeoutMs,
      );
      try {
        const reply = await readReply(answer, send.id, send.timeoutMs ?? options.timeoutMs, send.drain);
        if (received.length < MAX_RECEIVED) received.push(...reply.messages);
        const sessionId = reply.headers['mcp-session-id'];
        if (sessionId !== undefined && sessionIds.size < MAX_RECEIVED) sessionIds.add(sessionId);
        return reply;
      } finally {
        answer.close();
      }
    },
    async request(method, params, send = {}) {
      const id = send.id ?? link.nextId();
      const own = await inSession(send);
      const message = { jsonrpc: '2.0', id, method, ...paramsOf(params) };
      return link.post(message, { ...own, id });
    },
    async notify(method, params, send = {}) {
      return link.post({ jsonrpc: '2.0', method, ...paramsOf(params) }, await inSession(send));
    },
    session: () => link.once('session', () => link.newSession()),
    newSession: () => openSession(link),
    once(key, make) {
      const known = shared.get(key) as ReturnType<typeof make> | undefined;
      if (known) return known;
      const made = make();
      // Who awaits it sees the failure; unawaited it must not end the process.
      made.catch(() => undefined);
      shared.set(key, made);
      return made;
    },
    async endSessions(all) {
      const known = shared.get('session') as Promise<Session> | undefined;
      const kept = all ? undefined : await known?.catch(() => undefined);
      const ids = [...sessionIds].filter((id) => id !== kept?.id);
      for (const id of ids) sessionIds.delete(id);
      while (ids.length > 0) await Promise.allSettled(ids.splice(0, PARALLEL_ENDS).map(endSession));
    },
    close: () => link.endSessions(true),
  };
  const paramsOf = (params: Record<string, unknown> | undefined): { params?: Record<string, unknown> } => {
    if (modern) return { params: withMeta(revision, params) };
    return params === undefined ? {} : { params };
  };
  const endSession = (id: string): Promise<Reply> =>
    link.post('', {
      method: 'DELETE',
      headers: { 'mcp-session-id': id, 'mcp-protocol-version': revision, 'content-type': undefined },
      timeoutMs: Math.min(options.timeoutMs, END_MS),
    });
  const inSession = async (send: SendOptions): Promise<SendOptions> =>
    modern || send.session ? send : { ...send, session: await link.session() };
  return link;
}
