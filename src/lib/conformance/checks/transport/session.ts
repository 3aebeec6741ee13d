import { spec, type Check } from '../../check.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link, Session } from '../../mcp/types.ts';
import { LEGACY, skip, verdict, type Verdict } from '../../types.ts';

const SESSIONS = spec('basic/transports#session-management');
const NO_SESSIONS = 'This server has no sessions.';

const ping = (link: Link) => ({ jsonrpc: '2.0', id: link.nextId(), method: 'ping' });

/** Runs only on a server that gives session ids. */
const withSession =
  (run: (link: Link, session: Session & { id: string }) => Promise<Verdict>) =>
  async (link: Link): Promise<Verdict> => {
    const session = await link.session();
    return session.id === undefined ? skip(NO_SESSIONS) : run(link, session as Session & { id: string });
  };

/** `Mcp-Session-Id` (revisions up to 2025-11-25). */
export const sessionChecks: Check<Link>[] = [
  {
    id: 'transport.session.id-ascii',
    title: 'The session id holds only visible ASCII characters',
    level: 'MUST',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Make session ids from characters 0x21 to 0x7E, for example a UUID.',
    run: withSession((_link, { id }) =>
      Promise.resolve(verdict(/^[\x21-\x7e]+$/.test(id), `Session id ${id}`)),
    ),
  },
  {
    id: 'transport.session.id-unguessable',
    title: 'Session ids are long and differ in more than a counter',
    level: 'SHOULD',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Use at least 128 random bits, for example crypto.randomUUID().',
    run: withSession(async (link, first) => {
      const second = await link.newSession();
      const differing = Array.from(first.id).filter((char, at) => char !== second.id?.[at]).length;
      return verdict(
        first.id.length >= 16 && differing >= 8,
        `Two ids: ${first.id} and ${second.id ?? 'none'}`,
      );
    }),
  },
  {
    id: 'transport.session.missing-400',
    title: 'A request without the session id is refused with 400',
    level: 'SHOULD',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Answer requests other than initialize that lack Mcp-Session-Id with 400.',
    run: withSession(async (link, session) => {
      const reply = await link.post(ping(link), { session, headers: { 'mcp-session-id': undefined } });
      return verdict(reply.status === 400, describe(reply));
    }),
  },
  {
    id: 'transport.session.unknown-404',
    title: 'A request with an unknown session id is answered with 404',
    level: 'MUST',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Answer 404 for a session that is not there: that is what makes clients initialize anew.',
    run: withSession(async (link, session) => {
      const unknown = { 'mcp-session-id': 'b0f2d0f6-5a3e-4c0e-8a52-3d6c64e0a7d1' };
      const reply = await link.post(ping(link), { session, headers: unknown });
      return verdict(reply.status === 404, describe(reply));
    }),
  },
  {
    id: 'transport.session.get-unknown-404',
    title: 'A GET with an unknown session id opens no stream',
    level: 'MUST',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Look the session up before a stream is opened, and answer 404 (or 405 without GET streams).',
    run: withSession(async (link, session) => {
      const headers = {
        'content-type': undefined,
        accept: 'text/event-stream',
        'mcp-session-id': 'not-a-session',
      };
      const exchange = await link.open({}, { session, headers });
      exchange.close();
      return verdict(exchange.status === 404 || exchange.status === 405, `HTTP ${exchange.status}`);
    }),
  },
  {
    id: 'transport.session.delete',
    title: 'DELETE ends the session or is answered with 405',
    level: 'MUST',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Answer DELETE with a 2xx status after ending the session, or with 405.',
    run: withSession(async (link) => {
      const reply = await (await link.newSession()).end();
      return verdict((reply.status >= 200 && reply.status < 300) || reply.status === 405, describe(reply));
    }),
  },
  {
    id: 'transport.session.ended-404',
    title: 'A request in a session that was ended is answered with 404',
    level: 'MUST',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Forget the session on DELETE and answer 404 for its id from then on.',
    run: withSession(async (link) => {
      const session = await link.newSession();
      const ended = await session.end();
      if (ended.status === 405) return skip('This server does not let clients end sessions.');
      const reply = await link.post(ping(link), { session });
      return verdict(reply.status === 404, describe(reply));
    }),
  },
  {
    id: 'transport.session.delete-unknown',
    title: 'DELETE of an unknown session is not answered with success',
    level: 'SHOULD',
    clause: SESSIONS,
    revisions: LEGACY,
    advice: 'Answer DELETE for an unknown session with 404.',
    run: withSession(async (link, session) => {
      const headers = { 'mcp-session-id': 'not-a-session', 'content-type': undefined };
      const reply = await link.post('', { session, method: 'DELETE', headers });
      return verdict(reply.status >= 400 && reply.status < 500, describe(reply));
    }),
  },
];
