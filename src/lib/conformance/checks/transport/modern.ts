import { spec, type Check } from '../../check.ts';
import { errorOf, isObject, resultOf } from '../../mcp/message.ts';
import { base64Value, CLIENT_INFO, META } from '../../mcp/modern.ts';
import { describe, type Reply } from '../../mcp/reply.ts';
import type { Link, SendOptions } from '../../mcp/types.ts';
import { MODERN, skip, verdict, type Verdict } from '../../types.ts';

const PAGE = 'basic/transports/streamable-http';
const VALIDATION = spec(PAGE, `${PAGE}#server-validation`);
const ENCODING = spec(PAGE, `${PAGE}#value-encoding`);
const VERSION = spec(PAGE, `${PAGE}#protocol-version-header`);
const EARLIER = spec(PAGE, `${PAGE}#earlier-streamable-http-revisions`);

export const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;

const discover = (link: Link, send: SendOptions): Promise<Reply> =>
  link.request('server/discover', undefined, send);

/** Refused with 400 and one of these JSON-RPC codes. */
export const refusedWith = (reply: Reply, ...codes: number[]): Verdict =>
  verdict(
    reply.status === 400 && codes.some((code) => errorOf(reply.response)?.code === code),
    describe(reply),
  );

const headerCheck = (
  check: Pick<Check<Link>, 'id' | 'title' | 'advice'> & { clause?: Check<Link>['clause'] },
  headers: SendOptions['headers'],
): Check<Link> => ({
  clause: VALIDATION,
  ...check,
  level: 'MUST',
  revisions: MODERN,
  run: async (link) =>
    refusedWith(await discover(link, { ...(headers ? { headers } : {}) }), HEADER_MISMATCH),
});

/** Name of a tool of the server. Its header is checked before it is called, so the call that is refused does nothing. */
async function firstTool(link: Link): Promise<string | undefined> {
  const reply = await link.once('tools/list', () => link.request('tools/list'));
  const tools = resultOf(reply.response)?.['tools'];
  const first: unknown = Array.isArray(tools) ? tools[0] : undefined;
  return isObject(first) && typeof first['name'] === 'string' ? first['name'] : undefined;
}

const callWithName = (
  check: Pick<Check<Link>, 'id' | 'title' | 'advice'>,
  nameHeader: string | undefined,
): Check<Link> => ({
  ...check,
  level: 'MUST',
  clause: VALIDATION,
  revisions: MODERN,
  async run(link) {
    const name = await firstTool(link);
    if (name === undefined) return skip('This server has no tools.');
    const headers = { 'mcp-name': nameHeader };
    return refusedWith(
      await link.request('tools/call', { name, arguments: {} }, { headers }),
      HEADER_MISMATCH,
    );
  },
});

/** Headers of a request, and what is gone (2026-07-28). */
export const modernChecks: Check<Link>[] = [
  headerCheck(
    {
      id: 'transport.modern.version-missing',
      title: 'A request without MCP-Protocol-Version is refused with 400 and -32020',
      advice: 'Require the header on requests that carry protocolVersion in _meta.',
      clause: VERSION,
    },
    { 'mcp-protocol-version': undefined },
  ),
  headerCheck(
    {
      id: 'transport.modern.version-mismatch',
      title: 'A version header that differs from _meta is refused with 400 and -32020',
      advice: 'Compare MCP-Protocol-Version with protocolVersion in _meta.',
      clause: VERSION,
    },
    { 'mcp-protocol-version': '2025-11-25' },
  ),
  {
    id: 'transport.modern.version-unsupported',
    title: 'An unsupported version is refused with 400, -32022 and the list of supported versions',
    level: 'MUST',
    clause: VERSION,
    revisions: MODERN,
    advice: 'Answer 400 with code -32022 and data {supported, requested}.',
    async run(link) {
      const version = '2099-01-01';
      const params = { _meta: { [META.version]: version } };
      const reply = await link.request('server/discover', params, {
        headers: { 'mcp-protocol-version': version },
      });
      const data = errorOf(reply.response)?.data;
      const supported = isObject(data) ? data['supported'] : undefined;
      const listed = Array.isArray(supported) && supported.includes(link.revision);
      const refusal = refusedWith(reply, UNSUPPORTED_VERSION);
      return refusal.status === 'pass' ? verdict(listed, describe(reply)) : refusal;
    },
  },
  headerCheck(
    {
      id: 'transport.modern.method-missing',
      title: 'A request without Mcp-Method is refused with 400 and -32020',
      advice: 'Require Mcp-Method on every request.',
    },
    { 'mcp-method': undefined },
  ),
  headerCheck(
    {
      id: 'transport.modern.method-mismatch',
      title: 'An Mcp-Method that differs from the body is refused with 400 and -32020',
      advice: 'Compare Mcp-Method with the method in the body: a gateway may have decided by the header.',
    },
    { 'mcp-method': 'tools/list' },
  ),
  headerCheck(
    {
      id: 'transport.modern.method-case',
      title: 'Mcp-Method is compared with regard to case',
      advice: 'Compare header values exactly; only header names ignore case.',
      clause: spec(PAGE, `${PAGE}#case-sensitivity`),
    },
    { 'mcp-method': 'Server/Discover' },
  ),
  callWithName(
    {
      id: 'transport.modern.name-missing',
      title: 'A tools/call without Mcp-Name is refused with 400 and -32020',
      advice: 'Require Mcp-Name on tools/call, prompts/get and resources/read.',
    },
    undefined,
  ),
  callWithName(
    {
      id: 'transport.modern.name-mismatch',
      title: 'An Mcp-Name that differs from the body is refused with 400 and -32020',
      advice: 'Compare Mcp-Name with params.name or params.uri.',
    },
    'mcpgw-another-name',
  ),
  callWithName(
    {
      id: 'transport.modern.name-base64-mismatch',
      title: 'An encoded Mcp-Name is decoded before it is compared',
      advice: 'Decode =?base64?…?= and compare the decoded value with the body.',
    },
    base64Value('mcpgw-another-name'),
  ),
  {
    id: 'transport.modern.name-base64',
    title: 'An Mcp-Name in base64 form that equals the body is accepted',
    level: 'MUST',
    clause: ENCODING,
    revisions: MODERN,
    advice: 'Decode =?base64?…?= before comparing.',
    async run(link) {
      const name = 'mcpgw-no-such-tool';
      const reply = await link.request(
        'tools/call',
        { name, arguments: {} },
        { headers: { 'mcp-name': base64Value(name) } },
      );
      const code = errorOf(reply.response)?.code;
      const answered = reply.response !== undefined && code !== HEADER_MISMATCH;
      return verdict(answered, describe(reply));
    },
  },
  {
    id: 'transport.modern.unknown-method-404',
    title: 'An unknown method is answered with 404 and -32601',
    level: 'MUST',
    clause: VERSION,
    revisions: MODERN,
    advice: 'Answer unknown methods with HTTP 404 and a JSON-RPC error -32601.',
    async run(link) {
      const reply = await link.request('mcpgw/no-such-method');
      return verdict(reply.status === 404 && errorOf(reply.response)?.code === -32601, describe(reply));
    },
  },
  {
    id: 'transport.modern.get-405',
    title: 'GET under 2026-07-28 is answered with 405',
    level: 'SHOULD',
    clause: EARLIER,
    revisions: MODERN,
    advice: 'Answer GET with 405 when MCP-Protocol-Version names 2026-07-28.',
    async run(link) {
      const exchange = await link.open(
        {},
        { headers: { 'content-type': undefined, accept: 'text/event-stream' } },
      );
      exchange.close();
      return verdict(exchange.status === 405, `HTTP ${exchange.status}`);
    },
  },
  {
    id: 'transport.modern.delete-405',
    title: 'DELETE under 2026-07-28 is answered with 405',
    level: 'SHOULD',
    clause: EARLIER,
    revisions: MODERN,
    advice: 'Answer DELETE with 405 when MCP-Protocol-Version names 2026-07-28.',
    async run(link) {
      const reply = await link.post('', { method: 'DELETE', headers: { 'content-type': undefined } });
      return verdict(reply.status === 405, describe(reply));
    },
  },
  {
    id: 'transport.modern.no-session',
    title: 'No Mcp-Session-Id is given out',
    level: 'SHOULD',
    clause: EARLIER,
    revisions: MODERN,
    advice: 'Do not mint sessions for requests of 2026-07-28.',
    async run(link) {
      const reply = await discover(link, {});
      const id = reply.headers['mcp-session-id'];
      return verdict(id === undefined, id === undefined ? 'No session id.' : `Mcp-Session-Id: ${id}`);
    },
  },
  {
    id: 'transport.modern.session-ignored',
    title: 'An Mcp-Session-Id on a request is ignored',
    level: 'SHOULD',
    clause: EARLIER,
    revisions: MODERN,
    advice: 'Ignore the header; a client of both eras may still send it.',
    async run(link) {
      const reply = await discover(link, { headers: { 'mcp-session-id': 'not-a-session' } });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'transport.modern.last-event-id-ignored',
    title: 'A Last-Event-ID on a request is ignored',
    level: 'SHOULD',
    clause: EARLIER,
    revisions: MODERN,
    advice: 'Ignore the header; streams of 2026-07-28 are not resumable.',
    async run(link) {
      const reply = await discover(link, { headers: { 'last-event-id': '1' } });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'transport.modern.initialize-answered',
    title: 'initialize is answered, by a legacy handshake or by an error',
    level: 'MUST',
    clause: spec(
      'basic/versioning',
      'basic/versioning#backward-compatibility-with-initialization-based-versions',
    ),
    revisions: MODERN,
    advice:
      'Answer initialize from an older client with its result or with a JSON-RPC error, not with silence.',
    async run(link) {
      const id = link.nextId();
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT_INFO };
      const headers = { 'mcp-protocol-version': undefined, 'mcp-method': undefined };
      const reply = await link.post({ jsonrpc: '2.0', id, method: 'initialize', params }, { id, headers });
      return verdict(reply.response !== undefined && reply.status < 500, describe(reply));
    },
  },
];
