import { setTimeout as delay } from 'node:timers/promises';
import { httpErrorOf } from '../../../oauth/http-error.ts';
import { page, spec, type Check } from '../../check.ts';
import { errorOf, resultOf } from '../../mcp/message.ts';
import { withMeta } from '../../mcp/modern.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link, SendOptions } from '../../mcp/types.ts';
import { fail, pass, REVISIONS, verdict, type Verdict } from '../../types.ts';
import { damage, harmless } from '../control.ts';

const JSON_RPC_ERRORS = page('https://www.jsonrpc.org/specification#error_object');
const HTTP_4XX = page('https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1');
const SENDING = spec(
  'basic/transports#sending-messages-to-the-server',
  'basic/transports/streamable-http#sending-messages',
);

const refused = (status: number): boolean => status >= 400 && status < 500;

/** Headers for a body that cannot be read: as for the harmless request. */
export async function bare(link: Link): Promise<SendOptions> {
  return link.modern ? { headers: { 'mcp-method': 'server/discover' } } : { session: await link.session() };
}

/** A harmless request as text, with more in its `_meta`. */
export function harmlessBody(
  link: Link,
  meta: Record<string, unknown>,
): { id: number; body: Record<string, unknown> } {
  const id = link.nextId();
  const params = link.modern ? withMeta(link.revision, { _meta: meta }) : { _meta: meta };
  return { id, body: { jsonrpc: '2.0', id, method: harmless(link), params } };
}

/** Refused with a 4xx status, and the server is unharmed. */
async function refusedUnharmed(link: Link, body: string | Buffer): Promise<Verdict> {
  const reply = await link.post(body, await bare(link));
  if (!refused(reply.status)) return fail(describe(reply));
  const harm = await damage(link);
  return harm === undefined ? pass(describe(reply)) : fail(harm);
}

const refusal = (id: string, title: string, advice: string, body: string | Buffer): Check<Link> => ({
  id,
  title,
  level: 'MUST',
  clause: HTTP_4XX,
  revisions: REVISIONS,
  advice,
  run: (link) => refusedUnharmed(link, body),
});

const MALFORMED = '{"jsonrpc":"2.0","id":1,"method":"ping"';

/** Bodies that no honest client sends, and large ones that it does. */
export const bodyChecks: Check<Link>[] = [
  refusal(
    'robustness.body.malformed',
    'A body that is not JSON is refused',
    'Answer 400 when the body cannot be parsed.',
    MALFORMED,
  ),
  {
    id: 'robustness.body.malformed-code',
    title: 'A body that is not JSON is answered with a JSON-RPC error -32700',
    level: 'SHOULD',
    clause: JSON_RPC_ERRORS,
    revisions: REVISIONS,
    advice: 'Answer as application/json with code -32700, not with the HTML page of a framework.',
    async run(link) {
      const reply = await link.post(MALFORMED, await bare(link));
      return verdict(errorOf(reply.response)?.code === -32700, describe(reply));
    },
  },
  refusal('robustness.body.empty', 'An empty body is refused', 'Answer 400 when there is no body.', ''),
  refusal(
    'robustness.body.not-an-object',
    'A body that is JSON but no message is refused',
    'Answer 400 when the body is neither an object nor (2025-03-26) an array.',
    '"mcpgw"',
  ),
  refusal(
    'robustness.body.invalid-utf8',
    'A body that is not UTF-8 is refused',
    'Decode bodies strictly and answer 400 when they are not UTF-8.',
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31]),
  ),
  {
    id: 'robustness.body.deep',
    title: 'A body that is nested 20,000 deep does no harm',
    level: 'MUST',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Bound the depth of what you walk recursively, and answer 400 beyond it.',
    async run(link) {
      const { id, body } = harmlessBody(link, { deep: 0 });
      const deep = JSON.stringify(body).replace(
        '"deep":0',
        `"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      );
      const reply = await link.post(deep, { ...(await bare(link)), id });
      if (reply.status >= 500) return fail(describe(reply));
      const harm = await damage(link);
      return harm === undefined ? pass(describe(reply)) : fail(harm);
    },
  },
  {
    id: 'robustness.body.prototype',
    title: 'Keys like __proto__ and constructor do no harm',
    level: 'MUST',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Keep input keys in a Map, or in objects without a prototype.',
    async run(link) {
      const { id, body } = harmlessBody(link, { here: 0 });
      const hostile = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
      const reply = await link.post(JSON.stringify(body).replace('"here":0', hostile), {
        ...(await bare(link)),
        id,
      });
      if (reply.status >= 500) return fail(describe(reply));
      const next = await link.request(harmless(link));
      const clean = !next.text.includes('polluted') && resultOf(next.response) !== undefined;
      return verdict(clean, `Next answer: ${describe(next)}`);
    },
  },
  {
    id: 'robustness.body.150k',
    title: 'A request of 150 kB is served',
    level: 'SHOULD',
    clause: SENDING,
    revisions: REVISIONS,
    advice:
      'Raise the body limit (often 100 kB by default): file contents and images are arguments of tools.',
    async run(link) {
      const { id, body } = harmlessBody(link, { padding: 'x'.repeat(150_000) });
      const reply = await link.post(body, { ...(await bare(link)), id });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'robustness.body.1m',
    title: 'A request of 1 MB is served',
    level: 'SHOULD',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Allow at least some megabytes; a picture in base64 is soon as large.',
    async run(link) {
      const { id, body } = harmlessBody(link, { padding: 'x'.repeat(1_000_000) });
      const reply = await link.post(body, { ...(await bare(link)), id });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'robustness.body.dribble',
    title: 'A body that comes in pieces is served',
    level: 'MUST',
    clause: page('https://www.rfc-editor.org/rfc/rfc9112#section-7.1'),
    revisions: REVISIONS,
    advice: 'Read the body to its end, with chunked encoding too, before it is parsed.',
    async run(link) {
      const { body } = harmlessBody(link, {});
      const text = JSON.stringify(body);
      const send = await bare(link);
      const exchange = await link.open(
        {
          method: 'POST',
          body: (request) => {
            const pieces = [text.slice(0, 5), text.slice(5, 20), text.slice(20)];
            const next = (): void => {
              const piece = pieces.shift();
              if (piece === undefined) request.end();
              else request.write(piece, () => setTimeout(next, 20));
            };
            next();
          },
        },
        send,
      );
      try {
        return verdict(exchange.status < 300, `HTTP ${exchange.status}`);
      } finally {
        exchange.close();
      }
    },
  },
  {
    id: 'robustness.body.cut-off',
    title: 'A client that goes away in mid-body does no harm',
    level: 'MUST',
    clause: SENDING,
    revisions: REVISIONS,
    advice: 'Handle aborted requests; an unhandled error must not end the process.',
    async run(link) {
      const send = await bare(link);
      const body = (request: {
        write: (text: string, done: () => void) => void;
        destroy: () => void;
      }): void => {
        request.write('{"jsonrpc":"2.0",', () => request.destroy());
      };
      await link
        .open({ method: 'POST', headers: { 'content-length': '1000' }, body }, send)
        .then((exchange) => exchange.close())
        .catch(() => undefined);
      // A server that minds shows it a little later.
      await delay(100);
      const harm = await damage(link, 'anew');
      return harm === undefined ? pass('The server still answers.') : fail(harm);
    },
  },
  {
    id: 'robustness.body.huge',
    title: 'A request of 16 MB is served or refused, and does no harm',
    level: 'MUST',
    clause: page('https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14'),
    revisions: REVISIONS,
    advice: 'Answer 413 beyond the limit, and read or drop the rest of the body.',
    async run(link) {
      const { id, body } = harmlessBody(link, { padding: 'x'.repeat(16_000_000) });
      const send = await bare(link);
      const seen = await link.post(body, { ...send, id }).then(
        (reply) => ({
          bad: reply.status >= 500 || (reply.status < 300 && !reply.response),
          text: describe(reply),
        }),
        // Cutting the connection is a refusal too; hanging is not.
        (error: unknown) => {
          const { kind, message } = httpErrorOf(error);
          return { bad: kind === 'timeout', text: message };
        },
      );
      if (seen.bad) return fail(seen.text);
      const harm = await damage(link);
      return harm === undefined ? pass(seen.text) : fail(harm);
    },
  },
];
