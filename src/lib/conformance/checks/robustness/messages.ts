import { httpErrorOf } from '../../../oauth/http-error.ts';
import { page, spec, type Check } from '../../check.ts';
import { errorOf } from '../../mcp/message.ts';
import { withMeta } from '../../mcp/modern.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { fail, pass, REVISIONS, verdict } from '../../types.ts';
import { damage, harmless } from '../control.ts';
import { bare } from './bodies.ts';

const REQUESTS = spec('basic#requests', 'basic#requests');
const INVALID_REQUEST = page('https://www.jsonrpc.org/specification#error_object');

const idCheck = (id: string, title: string, value: unknown): Check<Link> => ({
  id,
  title,
  level: 'MUST',
  clause: REQUESTS,
  revisions: REVISIONS,
  advice: 'Return the id exactly as it came; map it to an id of your own towards a child process.',
  async run(link) {
    const reply = await link.request(harmless(link), undefined, { id: value });
    return verdict(reply.response?.['id'] === value, describe(reply));
  },
});

/** A message that is no valid request: any error will do, silence and 5xx will not. */
const invalidCheck = (id: string, title: string, change: Record<string, unknown>): Check<Link> => ({
  id,
  title,
  level: 'SHOULD',
  clause: INVALID_REQUEST,
  revisions: REVISIONS,
  advice: 'Answer 400 with a JSON-RPC error -32600 (or -32602).',
  async run(link) {
    const message = {
      jsonrpc: '2.0',
      id: link.nextId(),
      method: harmless(link),
      ...(link.modern ? { params: withMeta(link.revision) } : {}),
      ...change,
    };
    const reply = await link.post(message, { ...(await bare(link)), id: message.id });
    const refused = (reply.status >= 400 && reply.status < 500) || errorOf(reply.response) !== undefined;
    return verdict(refused && reply.status < 500, describe(reply));
  },
});

/** Messages that are JSON but not as they should be, and unusual ids. */
export const messageChecks: Check<Link>[] = [
  idCheck('robustness.id.long', 'An id of 500 characters comes back', 'x'.repeat(500)),
  idCheck('robustness.id.unicode', 'An id outside ASCII comes back', 'mcpgw-Ω-中-🙂'),
  idCheck('robustness.id.largest', 'The id 9007199254740991 comes back', Number.MAX_SAFE_INTEGER),
  idCheck('robustness.id.prototype', 'The id __proto__ comes back', '__proto__'),
  invalidCheck('robustness.message.method-not-a-string', 'A method that is no string is refused', {
    method: 7,
  }),
  invalidCheck('robustness.message.no-version', 'A message without jsonrpc is refused', {
    jsonrpc: undefined,
  }),
  invalidCheck('robustness.message.id-object', 'An id that is an object is refused', { id: { no: 'id' } }),
  invalidCheck('robustness.message.params-not-an-object', 'Params that are a string are refused', {
    params: 'mcpgw',
  }),
  {
    id: 'robustness.message.id-null',
    title: 'A request with the id null is answered',
    level: 'MUST',
    clause: REQUESTS,
    revisions: REVISIONS,
    advice: 'Refuse a null id with 400; never leave the request open.',
    async run(link) {
      const params = link.modern ? { params: withMeta(link.revision) } : {};
      const body = { jsonrpc: '2.0', id: null, method: harmless(link), ...params };
      const reply = await link.post(body, { ...(await bare(link)), id: null });
      return verdict(reply.status < 500 && (reply.ended || reply.response !== undefined), describe(reply));
    },
  },
  {
    id: 'robustness.error.no-stack',
    title: 'Errors show no stack trace',
    level: 'SHOULD',
    clause: page('https://cwe.mitre.org/data/definitions/209.html'),
    revisions: REVISIONS,
    advice: 'Log the stack and send a message that was written for the client.',
    async run(link) {
      const replies = [
        await link.post('{"jsonrpc":', await bare(link)),
        await link.request('mcpgw/no-such-method'),
        await link.request('tools/call', { name: 'mcpgw-no-such-tool', arguments: {} }),
      ];
      const leak = replies.find(({ text }) =>
        /\bat .{1,200}\(?[/\\].{1,300}:\d+|Traceback \(most recent/.test(text),
      );
      return leak ? fail(describe(leak)) : pass('Three errors showed none.');
    },
  },
  {
    id: 'robustness.header.huge',
    title: 'A header of 20 kB does no harm',
    level: 'MUST',
    clause: page('https://www.rfc-editor.org/rfc/rfc6585#section-5'),
    revisions: REVISIONS,
    advice: 'Answer 431 beyond the limit, or ignore the header.',
    async run(link) {
      const headers = { 'x-mcpgw-padding': 'x'.repeat(20_000) };
      const seen = await link.request(harmless(link), undefined, { headers }).then(
        ({ status }) => ({ bad: status >= 500, text: `HTTP ${status}` }),
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
  {
    id: 'robustness.path.unknown',
    title: 'An unknown path below the endpoint is not served',
    level: 'SHOULD',
    clause: page('https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5'),
    revisions: REVISIONS,
    advice: 'Match the path of the endpoint exactly, so that rules for it cannot be walked around.',
    async run(link) {
      const url = new URL(link.options.url);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/mcpgw-no-such-path`;
      const message = { jsonrpc: '2.0', id: link.nextId(), method: harmless(link) };
      const exchange = await link.open(
        { url: url.href, method: 'POST', body: JSON.stringify(message) },
        await bare(link),
      );
      exchange.close();
      return verdict(exchange.status >= 300 && exchange.status < 500, `HTTP ${exchange.status}`);
    },
  },
];
