import type { ClientRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { spec, type Check } from '../../check.ts';
import { resultOf } from '../../mcp/message.ts';
import { describe, type Reply } from '../../mcp/reply.ts';
import { initializeRequest } from '../../mcp/session.ts';
import type { Link, SendOptions } from '../../mcp/types.ts';
import { fail, LEGACY, pass, REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import { damage, harmless } from '../control.ts';
import { listOf } from '../protocol/lists.ts';
import { bare, harmlessBody } from './bodies.ts';

const IDS = spec('basic#requests', 'basic#requests');
const CONNECTIONS = spec(
  'basic/transports#multiple-connections',
  'basic/transports/streamable-http#sending-messages',
);

/** A tool of a known fixture that takes a while, with arguments that make it last about `ms`. */
const SLOW_TOOLS = new Map<string, (ms: number) => Record<string, unknown>>([
  ['slow', (ms) => ({ ms })],
  ['trigger-long-running-operation', (ms) => ({ duration: ms / 1000, steps: 1 })],
]);

async function slowCall(
  link: Link,
  ms: number,
): Promise<((send: SendOptions) => Promise<Reply>) | undefined> {
  const { items } = await listOf(link, 'tools').catch(() => ({ items: [] }));
  for (const [name, args] of SLOW_TOOLS) {
    if (items.some((tool) => tool['name'] === name)) {
      return (send) => link.request('tools/call', { name, arguments: args(ms) }, send);
    }
  }
  return undefined;
}

const answered = (replies: PromiseSettledResult<Reply>[], ids: unknown[]): Verdict => {
  const lost = replies.filter(
    (one, at) => one.status === 'rejected' || one.value.response?.['id'] !== ids[at],
  );
  return verdict(
    lost.length === 0,
    `${replies.length - lost.length} of ${replies.length} requests were answered.`,
  );
};

/** Several things at once, and clients that go away. */
export const loadChecks: Check<Link>[] = [
  {
    id: 'robustness.id.duplicate',
    title: 'Requests in flight with the same id are all answered',
    level: 'SHOULD',
    clause: IDS,
    revisions: REVISIONS,
    advice:
      'Bind the response to the POST it belongs to, not to the id: clients that pool sessions repeat ids.',
    async run(link) {
      const slow = await slowCall(link, 200);
      const first = slow ? [slow({ id: 'mcpgw-same' })] : [];
      const rest = Array.from({ length: 8 }, () =>
        link.request(harmless(link), undefined, { id: 'mcpgw-same' }),
      );
      const all = [...first, ...rest];
      return answered(
        await Promise.allSettled(all),
        all.map(() => 'mcpgw-same'),
      );
    },
  },
  {
    id: 'robustness.id.two-sessions',
    title: 'The same id in two sessions is answered in both',
    level: 'MUST',
    clause: IDS,
    revisions: LEGACY,
    advice: 'Ids are unique within a session only; keep them apart.',
    async run(link) {
      const sessions = await Promise.all([link.newSession(), link.newSession()]);
      if (sessions[0].id === undefined) return skip('This server has no sessions.');
      const sent = sessions.map((session) => session.request('ping', undefined, { id: 'mcpgw-both' }));
      return answered(await Promise.allSettled(sent), ['mcpgw-both', 'mcpgw-both']);
    },
  },
  {
    id: 'robustness.load.parallel',
    title: '32 requests at once are answered, each with its own id',
    level: 'MUST',
    clause: CONNECTIONS,
    revisions: REVISIONS,
    advice: 'Serve requests side by side and keep each response with its request.',
    async run(link) {
      const ids = Array.from({ length: 32 }, (_, at) => `mcpgw-${at}`);
      return answered(
        await Promise.allSettled(ids.map((id) => link.request(harmless(link), undefined, { id }))),
        ids,
      );
    },
  },
  {
    id: 'robustness.load.head-of-line',
    title: 'A slow call does not hold up other requests',
    level: 'SHOULD',
    clause: CONNECTIONS,
    revisions: REVISIONS,
    advice: 'Do not queue requests behind a running tool call.',
    async run(link) {
      const slow = await slowCall(link, 600);
      if (!slow) return skip('No tool is known to be slow.');
      // Noise on the way passes; a queue does not.
      let seen = '';
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const started = performance.now();
        const [call, ping] = await Promise.all([
          slow({}).then(() => performance.now() - started),
          link.request(harmless(link)).then(() => performance.now() - started),
        ]);
        seen = `${harmless(link)} took ${Math.round(ping)} ms beside a call of ${Math.round(call)} ms.`;
        if (ping < call / 2) return pass(seen);
      }
      return fail(seen);
    },
  },
  {
    id: 'robustness.load.disconnect',
    title: 'Clients that go away before the answer do no harm',
    level: 'MUST',
    clause: CONNECTIONS,
    revisions: REVISIONS,
    advice: 'Expect that the connection is gone when the response is written.',
    async run(link) {
      const send = await bare(link);
      const goAway = async (): Promise<void> => {
        const text = JSON.stringify(harmlessBody(link, {}).body);
        const body = (request: ClientRequest): void => void request.end(text, () => request.destroy());
        (await link.open({ method: 'POST', body }, send)).close();
      };
      await Promise.allSettled(Array.from({ length: 8 }, goAway));
      // A server that minds shows it when it tries to answer.
      await delay(100);
      const harm = await damage(link, 'anew');
      return harm === undefined ? pass('The server still answers.') : fail(harm);
    },
  },
  {
    id: 'robustness.session.abandoned',
    title: 'Sessions that clients leave behind do no harm',
    level: 'MUST',
    clause: spec('basic/transports#session-management'),
    revisions: LEGACY,
    advice: 'Bound the number of sessions, and end idle ones; clients seldom send DELETE.',
    async run(link) {
      let limited = false;
      for (let count = 0; count < 16 && !limited; count += 1) {
        const id = link.nextId();
        const reply = await link.post(initializeRequest(id, link.revision), { id });
        limited = reply.status === 429 || reply.status === 503;
        if (!limited && !resultOf(reply.response)) return fail(`Session ${count + 1}: ${describe(reply)}`);
      }
      const harm = await damage(link, limited ? 'here' : 'anew');
      await link.endSessions(false);
      if (harm !== undefined) return fail(harm);
      return pass(
        limited ? 'There is a limit, and the open session went on.' : 'A further session could be used.',
      );
    },
  },
  {
    id: 'robustness.stream.abandoned',
    title: 'GET streams that clients drop do no harm',
    level: 'MUST',
    clause: spec('basic/transports#listening-for-messages-from-the-server'),
    revisions: LEGACY,
    advice: 'Free a stream when its connection closes.',
    async run(link) {
      const session = await link.newSession();
      const headers = { 'content-type': undefined, accept: 'text/event-stream' };
      for (let count = 0; count < 10; count += 1) {
        const exchange = await link.open({}, { session, headers });
        exchange.close();
        if (exchange.status === 405) return skip('This server offers no GET stream.');
        if (exchange.status >= 500) return fail(`Stream ${count + 1}: HTTP ${exchange.status}`);
      }
      const reply = await session.request('ping');
      return verdict(
        reply.response !== undefined,
        `Afterwards the session answered with HTTP ${reply.status}.`,
      );
    },
  },
  {
    id: 'robustness.time.steady',
    title: 'Requests in a row are answered within a second',
    level: 'SHOULD',
    clause: CONNECTIONS,
    revisions: REVISIONS,
    advice: 'Look for a process that is started for each request.',
    async run(link) {
      const took: number[] = [];
      for (let count = 0; count < 7; count += 1) {
        const started = performance.now();
        const reply = await link.request(harmless(link));
        if (!reply.response) return fail(`Request ${count + 1}: HTTP ${reply.status}`);
        took.push(performance.now() - started);
      }
      const median = took.toSorted((a, b) => a - b)[3] ?? 0;
      return verdict(median < 1000, `The median of seven is ${Math.round(median)} ms.`);
    },
  },
];

/** What has been seen to break a server for good; runs after everything else. */
export const hostileChecks: Check<Link>[] = [
  {
    id: 'robustness.session.hostile-id',
    title: 'Hostile session ids are refused',
    level: 'MUST',
    clause: spec('basic/transports#session-management'),
    revisions: LEGACY,
    advice: 'Look sessions up in a Map and answer 404 (or 400) for anything that is not there.',
    async run(link) {
      const session = await link.session();
      if (session.id === undefined) return skip('This server has no sessions.');
      for (const id of ['__proto__', 'constructor', '../../../etc/passwd', "' OR 1=1 --", 'x'.repeat(4000)]) {
        const reply = await session.request('ping', undefined, { headers: { 'mcp-session-id': id } });
        if (reply.status < 400 || reply.status >= 500)
          return fail(`${id.slice(0, 40)}: HTTP ${reply.status}`);
      }
      return pass('Five were refused.');
    },
  },
];
