import { spec, type Check } from '../../check.ts';
import { isObject, resultOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { LEGACY, skip, verdict } from '../../types.ts';
import { errorWith, feature, listCheck } from './feature.ts';
import { capabilitiesOf, listOf, validResult } from './lists.ts';

const RESOURCES = spec('server/resources#listing-resources');
const RESOURCE_ERRORS = spec('server/resources#error-handling');

export const resourceChecks: Check<Link>[] = [
  listCheck('resources', 'resources', 'protocol.resources.list', RESOURCES),
  listCheck(
    'resources',
    'resourceTemplates',
    'protocol.resources.templates',
    spec('server/resources#resource-templates'),
  ),
  feature('resources', {
    id: 'protocol.resources.read',
    title: 'The content of a listed resource is valid',
    level: 'MUST',
    clause: spec('server/resources#reading-resources'),
    advice: 'Return contents as an array of {uri, text} or {uri, blob}.',
    async run(link) {
      const uri = (await listOf(link, 'resources')).items[0]?.['uri'];
      if (typeof uri !== 'string') return skip('This server lists no resource.');
      const reply = await link.request('resources/read', { uri });
      return validResult('ReadResourceResult', reply.response, link, describe(reply));
    },
  }),
  feature('resources', {
    id: 'protocol.resources.not-found',
    title: 'Reading an unknown resource is an error',
    level: 'SHOULD',
    clause: RESOURCE_ERRORS,
    advice: 'Answer an unknown URI with -32002 (up to 2025-11-25) or -32602 (2026-07-28).',
    async run(link) {
      const reply = await link.request('resources/read', { uri: 'mcpgw-test://no-such-resource' });
      return link.modern ? errorWith(reply, -32602) : errorWith(reply, -32002, -32602);
    },
  }),
  feature('resources', {
    id: 'protocol.resources.subscribe',
    title: 'A declared subscription is accepted',
    level: 'MUST',
    clause: spec('server/resources#subscriptions'),
    revisions: LEGACY,
    advice: 'Implement resources/subscribe, or do not declare resources.subscribe.',
    async run(link) {
      const { resources } = await capabilitiesOf(link);
      if (!isObject(resources) || resources['subscribe'] !== true)
        return skip('It declares no subscriptions.');
      const uri = (await listOf(link, 'resources')).items[0]?.['uri'];
      if (typeof uri !== 'string') return skip('This server lists no resource.');
      const reply = await link.request('resources/subscribe', { uri });
      await link.request('resources/unsubscribe', { uri });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  }),
];
