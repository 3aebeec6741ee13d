import { spec, type Check } from '../../check.ts';
import { resultOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { fail, LEGACY, pass, REVISIONS, skip, verdict } from '../../types.ts';
import { harmless } from '../control.ts';

const SENDING = spec(
  'basic/transports#sending-messages-to-the-server',
  'basic/transports/streamable-http#sending-messages',
);

const refused = (status: number): boolean => status >= 400 && status < 500;

/** POST: what messages are answered with. */
export const postChecks: Check<Link>[] = [
  {
    id: 'transport.post.content-type',
    title: 'A request is answered with application/json or text/event-stream',
    level: 'MUST',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Set the Content-Type of the answer to application/json, or to text/event-stream for a stream.',
    async run(link) {
      const reply = await link.request(harmless(link));
      const known = reply.contentType === 'application/json' || reply.contentType === 'text/event-stream';
      return verdict(known, describe(reply));
    },
  },
  {
    id: 'transport.post.status-200',
    title: 'A request that succeeds is answered with status 200',
    level: 'MUST',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Answer a request with 200; 202 is for notifications and responses.',
    async run(link) {
      const reply = await link.request(harmless(link));
      return verdict(reply.status === 200, describe(reply));
    },
  },
  {
    id: 'transport.post.notification-202',
    title: 'A notification is accepted with status 202 and no body',
    level: 'MUST',
    clause: SENDING,
    revisions: LEGACY,
    advice: 'Answer a notification with 202 Accepted and an empty body.',
    async run(link) {
      const { initialized } = await link.session();
      return verdict(initialized.status === 202 && initialized.text === '', describe(initialized));
    },
  },
  {
    id: 'transport.post.response-202',
    title: 'A JSON-RPC response is accepted with status 202 and no body, or refused with an HTTP error',
    level: 'MUST',
    clause: SENDING,
    revisions: LEGACY,
    advice: 'Answer a POST of a JSON-RPC response with 202 Accepted and an empty body, or with 400.',
    async run(link) {
      const session = await link.session();
      const reply = await link.post({ jsonrpc: '2.0', id: 'mcpgw-unasked', result: {} }, { session });
      return verdict((reply.status === 202 && reply.text === '') || refused(reply.status), describe(reply));
    },
  },
  {
    id: 'transport.post.stream-ends',
    title: 'A stream that answers a request ends after the response',
    level: 'SHOULD',
    clause: spec(
      'basic/transports#sending-messages-to-the-server',
      'basic/transports/streamable-http#receiving-messages',
    ),
    revisions: REVISIONS,
    advice: 'Close the event stream of a request once its response has been sent.',
    async run(link) {
      const reply = await link.request(harmless(link), undefined, { drain: true });
      if (reply.contentType !== 'text/event-stream') return skip('This server answers requests with JSON.');
      return verdict(
        reply.ended,
        reply.ended ? 'The stream ended.' : 'The stream stayed open after the response.',
      );
    },
  },
  {
    id: 'transport.post.content-type-required',
    title: 'A body that is not declared as JSON is refused',
    level: 'SHOULD',
    clause: () => 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16',
    revisions: REVISIONS,
    advice:
      'Refuse a POST whose Content-Type is not application/json with 415: a web page can send text/plain to any origin without a preflight.',
    async run(link) {
      const reply = await link.request(harmless(link), undefined, {
        headers: { 'content-type': 'text/plain' },
      });
      return verdict(refused(reply.status), describe(reply));
    },
  },
  {
    id: 'transport.post.content-type-charset',
    title: 'A charset parameter on the Content-Type is accepted',
    level: 'MUST',
    clause: () => 'https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1',
    revisions: REVISIONS,
    advice:
      'Compare the media type without its parameters: some clients send application/json; charset=utf-8.',
    async run(link) {
      const reply = await link.request(harmless(link), undefined, {
        headers: { 'content-type': 'application/json; charset=utf-8' },
      });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'transport.post.accept-order',
    title: 'The order and quality values in Accept do not matter',
    level: 'MUST',
    clause: () => 'https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1',
    revisions: REVISIONS,
    advice: 'Parse Accept as RFC 9110 defines it instead of comparing it as a string.',
    async run(link) {
      const reply = await link.request(harmless(link), undefined, {
        headers: { accept: 'text/event-stream;q=0.9, application/json' },
      });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'transport.method.unsupported',
    title: 'PUT and PATCH on the endpoint are refused',
    level: 'SHOULD',
    clause: () => 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6',
    revisions: REVISIONS,
    advice: 'Answer methods other than GET, POST, DELETE and OPTIONS with 405.',
    async run(link) {
      const session = link.modern ? {} : { session: await link.session() };
      for (const method of ['PUT', 'PATCH']) {
        const body = { jsonrpc: '2.0', id: link.nextId(), method: 'ping' };
        const reply = await link.post(body, { ...session, method });
        if (!refused(reply.status) && reply.status !== 501) return fail(`${method}: ${describe(reply)}`);
      }
      return pass('PUT and PATCH were refused.');
    },
  },
  {
    id: 'transport.batch.accepted',
    title: 'A batch of requests is answered',
    level: 'MUST',
    clause: SENDING,
    revisions: ['2025-03-26'],
    advice: 'Serve JSON arrays of messages under 2025-03-26, or do not offer that revision.',
    async run(link) {
      const session = await link.session();
      const ids = [link.nextId(), link.nextId()];
      const batch = ids.map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
      const reply = await link.post(batch, { session });
      const answered = ids.every((id) => reply.messages.some((one) => one['id'] === id && resultOf(one)));
      return verdict(reply.status === 200 && answered, describe(reply));
    },
  },
  {
    id: 'transport.batch.refused',
    title: 'A batch of requests is refused',
    level: 'SHOULD',
    clause: SENDING,
    revisions: ['2025-06-18', '2025-11-25', '2026-07-28'],
    advice: 'Refuse a JSON array with 400: the body is a single message since 2025-06-18.',
    async run(link) {
      const session = link.modern ? {} : { session: await link.session() };
      const batch = [1, 2].map(() => ({ jsonrpc: '2.0', id: link.nextId(), method: 'ping', params: {} }));
      const reply = await link.post(batch, session);
      return verdict(refused(reply.status), describe(reply));
    },
  },
];
