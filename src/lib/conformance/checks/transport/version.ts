import { spec, type Check } from '../../check.ts';
import { resultOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { verdict } from '../../types.ts';

const HEADER = spec('basic/transports#protocol-version-header');
const SINCE_HEADER = ['2025-06-18', '2025-11-25'] as const;

/** `MCP-Protocol-Version` (2025-06-18 and 2025-11-25). */
export const versionChecks: Check<Link>[] = [
  {
    id: 'transport.version.unsupported-400',
    title: 'A request with an unsupported MCP-Protocol-Version is refused with 400',
    level: 'MUST',
    clause: HEADER,
    revisions: SINCE_HEADER,
    advice: 'Compare MCP-Protocol-Version with the revisions you serve and answer 400 for any other.',
    async run(link) {
      const session = await link.session();
      const reply = await session.request('ping', undefined, {
        headers: { 'mcp-protocol-version': '1999-01-01' },
      });
      return verdict(reply.status === 400, describe(reply));
    },
  },
  {
    id: 'transport.version.malformed-400',
    title: 'A request with an MCP-Protocol-Version that is no date is refused with 400',
    level: 'MUST',
    clause: HEADER,
    revisions: SINCE_HEADER,
    advice: 'Treat anything that is not a revision you serve as invalid, whatever its form.',
    async run(link) {
      const session = await link.session();
      const headers = { 'mcp-protocol-version': 'latest' };
      const reply = await session.request('ping', undefined, { headers });
      return verdict(reply.status === 400, describe(reply));
    },
  },
  {
    id: 'transport.version.absent',
    title: 'A request without MCP-Protocol-Version is served',
    level: 'SHOULD',
    clause: HEADER,
    revisions: SINCE_HEADER,
    advice: 'Without the header use what the session agreed on, else assume 2025-03-26.',
    async run(link) {
      const session = await link.session();
      const headers = { 'mcp-protocol-version': undefined };
      const reply = await session.request('ping', undefined, { headers });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
];
