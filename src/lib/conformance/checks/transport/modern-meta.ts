import { spec, type Check } from '../../check.ts';
import { resultOf } from '../../mcp/message.ts';
import { CLIENT_INFO, META } from '../../mcp/modern.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { MODERN, verdict } from '../../types.ts';
import { HEADER_MISMATCH, refusedWith } from './modern.ts';

const METADATA = spec('basic', 'basic#meta');

const metaCheck = (check: Pick<Check<Link>, 'id' | 'title' | 'advice'>, leaveOut: string): Check<Link> => ({
  ...check,
  level: 'MUST',
  clause: METADATA,
  revisions: MODERN,
  async run(link) {
    const id = link.nextId();
    const all = { [META.version]: link.revision, [META.capabilities]: {}, [META.clientInfo]: CLIENT_INFO };
    const meta = Object.fromEntries(Object.entries(all).filter(([key]) => key !== leaveOut));
    const body = { jsonrpc: '2.0', id, method: 'server/discover', params: { _meta: meta } };
    return refusedWith(await link.post(body, { id }), -32602, HEADER_MISMATCH);
  },
});

/** `_meta` of a request (2026-07-28). */
export const modernMetaChecks: Check<Link>[] = [
  metaCheck(
    {
      id: 'transport.modern.meta-version-required',
      title: 'A request without protocolVersion in _meta is refused with 400',
      advice: 'Answer 400 with -32602 (or -32020) when _meta lacks protocolVersion.',
    },
    META.version,
  ),
  metaCheck(
    {
      id: 'transport.modern.meta-capabilities-required',
      title: 'A request without clientCapabilities in _meta is refused with 400',
      advice: 'Answer 400 with -32602 when _meta lacks clientCapabilities.',
    },
    META.capabilities,
  ),
  {
    id: 'transport.modern.client-info-optional',
    title: 'A request without clientInfo in _meta is served',
    level: 'MUST',
    clause: METADATA,
    revisions: MODERN,
    advice: 'Do not require clientInfo: clients SHOULD send it, servers MUST NOT need it.',
    async run(link) {
      const id = link.nextId();
      const meta = { [META.version]: link.revision, [META.capabilities]: {} };
      const body = { jsonrpc: '2.0', id, method: 'server/discover', params: { _meta: meta } };
      const reply = await link.post(body, { id });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
];
