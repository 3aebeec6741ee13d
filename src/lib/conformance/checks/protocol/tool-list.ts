import { spec, type Check } from '../../check.ts';
import { isObject, resultOf } from '../../mcp/message.ts';
import type { Reply } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { MODERN, skip, verdict } from '../../types.ts';
import { errorWith, feature, listCheck } from './feature.ts';
import { capabilitiesOf, listOf } from './lists.ts';

const TOOLS = spec('server/tools#listing-tools');

/** Listing tools, and pagination. */
export const toolListChecks: Check<Link>[] = [
  listCheck('tools', 'tools', 'protocol.tools.list', TOOLS),
  feature('tools', {
    id: 'protocol.tools.names-unique',
    title: 'Tool names are unique',
    level: 'SHOULD',
    clause: spec('server/tools#tool-names'),
    advice: 'Give every tool a name of its own; clients call tools by name.',
    async run(link) {
      const { items, broken } = await listOf(link, 'tools');
      if (broken) return skip(`The list could not be read to its end: ${broken}.`);
      const names = items.map(({ name }) => String(name));
      const twice = names.filter((name, at) => names.indexOf(name) !== at);
      return verdict(
        twice.length === 0,
        twice.length > 0 ? `Twice: ${twice.join(', ')}` : `${names.length} names.`,
      );
    },
  }),
  feature('tools', {
    id: 'protocol.tools.name-format',
    title: 'Tool names use letters, digits, _, - and . only, and at most 128 of them',
    level: 'SHOULD',
    clause: spec('server/tools#tool-names'),
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Rename the tool: several model APIs refuse other names.',
    async run(link) {
      const { items } = await listOf(link, 'tools');
      const odd = items
        .map(({ name }) => String(name))
        .filter((name) => !/^[A-Za-z0-9_.-]{1,128}$/.test(name));
      return verdict(
        odd.length === 0,
        odd.length > 0 ? `Odd names: ${odd.join(', ')}` : 'All names are plain.',
      );
    },
  }),
  feature('tools', {
    id: 'protocol.tools.order-stable',
    title: 'The list of tools has a stable order',
    level: 'SHOULD',
    clause: spec('server/tools#listing-tools'),
    revisions: MODERN,
    advice: 'Return tools in a fixed order, so that caches and prompts stay valid.',
    async run(link) {
      const names = (reply: Reply): string => {
        const tools = resultOf(reply.response)?.['tools'];
        return JSON.stringify(Array.isArray(tools) ? tools.filter(isObject).map(({ name }) => name) : null);
      };
      const first = names(await link.request('tools/list'));
      const second = names(await link.request('tools/list'));
      return verdict(first === second, first === second ? 'Twice the same order.' : `${first} and ${second}`);
    },
  }),
  feature('tools', {
    id: 'protocol.pagination.ends',
    title: 'Following nextCursor comes to an end',
    level: 'MUST',
    clause: spec('server/utilities/pagination#response-format'),
    advice: 'Leave nextCursor out of the last page.',
    async run(link) {
      const { broken, results } = await listOf(link, 'tools');
      return verdict(
        broken === undefined,
        broken ? `It does not end: ${broken}.` : `${results.length} page(s).`,
      );
    },
  }),
  feature('tools', {
    id: 'protocol.pagination.invalid-cursor',
    title: 'An invalid cursor is refused with -32602',
    level: 'SHOULD',
    clause: spec('server/utilities/pagination#error-handling'),
    advice: 'Answer a cursor that you did not give out with -32602.',
    async run(link) {
      return errorWith(await link.request('tools/list', { cursor: 'mcpgw-no-such-cursor' }), -32602);
    },
  }),
  {
    id: 'protocol.modern.cache-hints',
    title: 'List results carry ttlMs and cacheScope',
    level: 'MUST',
    clause: spec('basic', 'server/utilities/caching'),
    revisions: MODERN,
    advice: 'Put ttlMs (an integer >= 0) and cacheScope (public or private) into list results.',
    async run(link) {
      if (!('tools' in (await capabilitiesOf(link)))) return skip('This server declares no tools.');
      const [result] = (await listOf(link, 'tools')).results;
      const { ttlMs, cacheScope } = result ?? {};
      const valid =
        Number.isInteger(ttlMs) &&
        Number(ttlMs) >= 0 &&
        (cacheScope === 'public' || cacheScope === 'private');
      return verdict(
        valid,
        `ttlMs ${JSON.stringify(ttlMs ?? null)}, cacheScope ${JSON.stringify(cacheScope ?? null)}`,
      );
    },
  },
];
