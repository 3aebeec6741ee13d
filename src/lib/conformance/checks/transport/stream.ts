import type { HttpExchange } from '../../../oauth/http.ts';
import { spec, type Check } from '../../check.ts';
import { isResponse, messagesIn } from '../../mcp/message.ts';
import { mediaType } from '../../mcp/reply.ts';
import { eventReader, type SseEvent } from '../../mcp/sse.ts';
import type { Link, Session } from '../../mcp/types.ts';
import { fail, LEGACY, pass, skip, verdict, type Verdict } from '../../types.ts';

const LISTENING = spec('basic/transports#listening-for-messages-from-the-server');
const RESUMING = spec('basic/transports#resumability-and-redelivery');
const NO_STREAM = 'This server offers no GET stream.';

/** How long a stream is watched for something that must not come. */
const WATCH_MS = 250;

const getHeaders = { 'content-type': undefined, accept: 'text/event-stream' };

const openStream = (
  link: Link,
  session: Session,
  headers: Record<string, string> = {},
): Promise<HttpExchange> => link.open({}, { session, headers: { ...getHeaders, ...headers } });

const isStream = (exchange: HttpExchange): boolean =>
  exchange.status === 200 && mediaType(exchange.headers) === 'text/event-stream';

/** Opens the GET stream of a new session for `run`; skips where the server offers none. */
const withStream =
  (run: (link: Link, stream: HttpExchange, session: Session) => Promise<Verdict>) =>
  async (link: Link): Promise<Verdict> => {
    const session = await link.newSession();
    const stream = await openStream(link, session);
    try {
      return isStream(stream) ? await run(link, stream, session) : skip(NO_STREAM);
    } finally {
      stream.close();
    }
  };

/** The events of a request's stream; none where the server answers with JSON. */
const eventsOfPing = async (link: Link): Promise<readonly SseEvent[]> =>
  (await (await link.session()).request('ping')).events;

/** GET streams and resumption (revisions up to 2025-11-25). */
export const streamChecks: Check<Link>[] = [
  {
    id: 'transport.stream.get',
    title: 'GET opens an event stream or is answered with 405',
    level: 'MUST',
    clause: LISTENING,
    revisions: LEGACY,
    advice:
      'Answer GET with 200 and text/event-stream at once, or with 405 when the server has nothing to push.',
    async run(link) {
      const stream = await openStream(link, await link.newSession());
      stream.close();
      const seen = `HTTP ${stream.status}, ${mediaType(stream.headers) || 'no content type'}`;
      return verdict(isStream(stream) || stream.status === 405, seen);
    },
  },
  {
    id: 'transport.stream.first-byte',
    title: 'The headers of a GET stream arrive within a second',
    level: 'SHOULD',
    clause: LISTENING,
    revisions: LEGACY,
    advice: 'Flush the headers when the stream opens, and switch buffering and compression off on the way.',
    run: withStream(async (link, stream, session) => {
      let best = stream.headersMs;
      for (let attempt = 0; attempt < 2 && best >= 1000; attempt += 1) {
        const again = await openStream(link, session);
        again.close();
        best = Math.min(best, again.headersMs);
      }
      return verdict(best < 1000, `Headers after ${Math.round(best)} ms.`);
    }),
  },
  {
    id: 'transport.stream.stays-open',
    title: 'A GET stream stays open while the session is idle',
    level: 'SHOULD',
    clause: LISTENING,
    revisions: LEGACY,
    advice:
      'Keep the stream open, with a comment now and then; a stream that ends at once makes clients reconnect in a loop.',
    run: withStream(async (_link, stream) => {
      const closed = await stream.until(() => stream.ended, WATCH_MS);
      const retry = closed && /^retry:/m.test(stream.text);
      if (retry) return pass('The server closed the stream after it had sent a retry time (polling).');
      return verdict(
        !closed && !stream.failure,
        closed ? 'The stream ended at once.' : 'The stream stayed open.',
      );
    }),
  },
  {
    id: 'transport.stream.no-responses',
    title: 'The response to a POST does not travel on the GET stream',
    level: 'MUST',
    clause: LISTENING,
    revisions: LEGACY,
    advice: 'Send the response to a request only as the answer to its own POST.',
    run: withStream(async (link, stream, session) => {
      const id = 'mcpgw-which-stream';
      await session.request('ping', undefined, { id, timeoutMs: link.options.timeoutMs });
      const events = eventReader(stream);
      const strayed = await stream.until(
        () =>
          events().some((event) => messagesIn(event.data).some((one) => isResponse(one) && one['id'] === id)),
        WATCH_MS,
      );
      return verdict(
        !strayed,
        strayed ? 'The response to a ping came on the GET stream.' : 'Nothing strayed.',
      );
    }),
  },
  {
    id: 'transport.stream.answer-beside',
    title: 'Requests are answered on their own POST while a GET stream is open',
    level: 'MUST',
    clause: spec('basic/transports#multiple-connections'),
    revisions: LEGACY,
    advice: 'Keep the streams of a session apart: an open GET stream must not take what belongs to a POST.',
    run: withStream(async (_link, _stream, session) => {
      const reply = await session.request('ping');
      return verdict(reply.response !== undefined, `HTTP ${reply.status} while a GET stream was open.`);
    }),
  },
  {
    id: 'transport.stream.accept-required',
    title: 'A GET that does not accept text/event-stream opens no stream',
    level: 'SHOULD',
    clause: LISTENING,
    revisions: LEGACY,
    advice: 'Answer a GET whose Accept lacks text/event-stream with 406 (or 405).',
    run: withStream(async (link, _stream, session) => {
      const exchange = await link.open(
        {},
        { session, headers: { ...getHeaders, accept: 'application/json' } },
      );
      exchange.close();
      return verdict(!isStream(exchange), `HTTP ${exchange.status}`);
    }),
  },
  {
    id: 'transport.resume.ids-unique',
    title: 'Event ids are unique within a session',
    level: 'MUST',
    clause: RESUMING,
    revisions: LEGACY,
    advice: 'Give each event an id that is used only once in the session, on whatever stream.',
    async run(link) {
      const events = [...(await eventsOfPing(link)), ...(await eventsOfPing(link))];
      const ids = events.flatMap(({ id }) => (id === undefined || id === '' ? [] : [id]));
      if (ids.length === 0) return skip('This server gives events no ids.');
      return verdict(new Set(ids).size === ids.length, `Ids: ${ids.join(' ')}`);
    },
  },
  {
    id: 'transport.resume.priming',
    title: 'A resumable stream starts with an id and empty data',
    level: 'SHOULD',
    clause: spec('basic/transports#sending-messages-to-the-server'),
    revisions: ['2025-11-25'],
    advice:
      'Send an event with an id and an empty data field first, so that the client can resume from the start.',
    async run(link) {
      const events = await eventsOfPing(link);
      if (!events.some(({ id }) => id)) return skip('This server gives events no ids.');
      const [first] = events;
      return verdict(Boolean(first?.id) && first?.data === '', `First event: ${JSON.stringify(first)}`);
    },
  },
  {
    id: 'transport.resume.replay',
    title: 'A GET with Last-Event-ID replays what followed that event',
    level: 'SHOULD',
    clause: RESUMING,
    revisions: LEGACY,
    advice:
      'Store the events of a stream for a while and send what came after Last-Event-ID; else give no ids.',
    async run(link) {
      const session = await link.newSession();
      const id = 'mcpgw-replay';
      const { events } = await session.request('ping', undefined, { id });
      const [first, ...later] = events;
      if (!first?.id || later.length === 0)
        return skip('This server sends nothing after an event with an id.');
      const stream = await openStream(link, session, { 'last-event-id': first.id });
      try {
        if (!isStream(stream)) return fail(`HTTP ${stream.status} for a GET with Last-Event-ID.`);
        const read = eventReader(stream);
        const replayed = await stream.until(
          () => read().some((event) => messagesIn(event.data).some((one) => one['id'] === id)),
          link.options.timeoutMs,
        );
        return verdict(
          replayed,
          replayed ? 'The response was replayed.' : 'The stream opened but nothing was replayed.',
        );
      } finally {
        stream.close();
      }
    },
  },
];
