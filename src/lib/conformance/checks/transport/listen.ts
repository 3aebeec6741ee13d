import type { HttpExchange } from '../../../oauth/http.ts';
import { spec, type Check } from '../../check.ts';
import { isObject, messagesIn, resultOf, type Message } from '../../mcp/message.ts';
import { META, headersOfModern, withMeta } from '../../mcp/modern.ts';
import { mediaType } from '../../mcp/reply.ts';
import { eventReader } from '../../mcp/sse.ts';
import type { Link } from '../../mcp/types.ts';
import { fail, MODERN, skip, verdict, type Verdict } from '../../types.ts';
import { discover } from '../control.ts';

const SUBSCRIPTIONS = spec('basic', 'basic/patterns/subscriptions');
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

interface Listening {
  id: number;
  exchange: HttpExchange;
  first: Message | undefined;
}

/** Opens `subscriptions/listen` for what the server declares and waits for the first message. */
const withListening =
  (run: (listening: Listening) => Verdict) =>
  async (link: Link): Promise<Verdict> => {
    const capabilities = resultOf((await discover(link)).response)?.['capabilities'];
    const tools = isObject(capabilities) ? capabilities['tools'] : undefined;
    if (!isObject(tools) || tools['listChanged'] !== true)
      return skip('This server declares no tools.listChanged.');
    const id = link.nextId();
    const params = withMeta(link.revision, { notifications: { toolsListChanged: true } });
    const body = { jsonrpc: '2.0', id, method: 'subscriptions/listen', params };
    const exchange = await link.open({
      method: 'POST',
      body: JSON.stringify(body),
      headers: headersOfModern(link.revision, body),
    });
    try {
      const events = eventReader(exchange);
      const messages = (): Message[] => events().flatMap((event) => messagesIn(event.data));
      await exchange.until(() => messages().length > 0, link.options.timeoutMs);
      return run({ id, exchange, first: messages()[0] });
    } finally {
      exchange.close();
    }
  };

const paramsOf = (message: Message | undefined): Record<string, unknown> =>
  isObject(message?.['params']) ? message['params'] : {};

/** The stream of `subscriptions/listen` (2026-07-28). */
export const listenChecks: Check<Link>[] = [
  {
    id: 'transport.listen.stream',
    title: 'subscriptions/listen is answered with an event stream',
    level: 'MUST',
    clause: SUBSCRIPTIONS,
    revisions: MODERN,
    advice: 'Answer subscriptions/listen with 200 and text/event-stream, and keep the stream open.',
    run: withListening(({ exchange }) => {
      const type = mediaType(exchange.headers);
      return verdict(
        exchange.status === 200 && type === 'text/event-stream',
        `HTTP ${exchange.status}, ${type}`,
      );
    }),
  },
  {
    id: 'transport.listen.acknowledged-first',
    title: 'The first message of a listen stream is the acknowledgement',
    level: 'MUST',
    clause: SUBSCRIPTIONS,
    revisions: MODERN,
    advice: `Send ${ACKNOWLEDGED} before anything else.`,
    run: withListening(({ first, exchange }) => {
      if (mediaType(exchange.headers) !== 'text/event-stream') return skip('There is no listen stream.');
      return verdict(first?.['method'] === ACKNOWLEDGED, `First message: ${JSON.stringify(first ?? null)}`);
    }),
  },
  {
    id: 'transport.listen.subscription-id',
    title: 'Messages of a listen stream carry the id of the listen request',
    level: 'MUST',
    clause: SUBSCRIPTIONS,
    revisions: MODERN,
    advice: `Put the JSON-RPC id of the request in _meta["${META.subscription}"] of every message.`,
    run: withListening(({ first, id, exchange }) => {
      if (!first)
        return mediaType(exchange.headers) === 'text/event-stream'
          ? fail('No message came.')
          : skip('There is no listen stream.');
      const meta = paramsOf(first)['_meta'];
      return verdict(isObject(meta) && meta[META.subscription] === id, JSON.stringify(first));
    }),
  },
  {
    id: 'transport.listen.honoured-subset',
    title: 'The acknowledgement names no more than was asked for',
    level: 'MUST',
    clause: SUBSCRIPTIONS,
    revisions: MODERN,
    advice: 'Acknowledge only the notifications that the request asked for and the server can send.',
    run: withListening(({ first }) => {
      if (first?.['method'] !== ACKNOWLEDGED) return skip('There is no acknowledgement.');
      const honoured = paramsOf(first)['notifications'];
      const names = isObject(honoured)
        ? Object.entries(honoured).filter(([, on]) => on === true || (Array.isArray(on) && on.length > 0))
        : [];
      const more = names.filter(([name]) => name !== 'toolsListChanged');
      return verdict(more.length === 0, JSON.stringify(honoured ?? null));
    }),
  },
  {
    id: 'transport.listen.unbuffered',
    title: 'An event stream is marked X-Accel-Buffering: no',
    level: 'SHOULD',
    clause: spec('basic', 'basic/transports/streamable-http#receiving-messages'),
    revisions: MODERN,
    advice: 'Send X-Accel-Buffering: no with every text/event-stream answer.',
    run: withListening(({ exchange }) => {
      if (mediaType(exchange.headers) !== 'text/event-stream') return skip('There is no listen stream.');
      const value = exchange.headers['x-accel-buffering'];
      return verdict(value === 'no', `X-Accel-Buffering: ${value ?? 'absent'}`);
    }),
  },
];
