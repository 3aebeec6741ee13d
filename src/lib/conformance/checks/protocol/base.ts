import { spec, type Check } from '../../check.ts';
import { errorOf, isObject, resultOf } from '../../mcp/message.ts';
import { CLIENT_INFO, META } from '../../mcp/modern.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { LEGACY, MODERN, REVISIONS, skip, verdict } from '../../types.ts';
import { discover, harmless } from '../control.ts';
import { validResult } from './lists.ts';

const INITIALIZE = spec('basic/lifecycle#initialization');

/** The base protocol: handshake, ids, errors, notifications. */
export const baseChecks: Check<Link>[] = [
  {
    id: 'protocol.initialize.result',
    title: 'The result of initialize is valid',
    level: 'MUST',
    clause: INITIALIZE,
    revisions: LEGACY,
    advice: 'Return protocolVersion, capabilities and serverInfo {name, version}.',
    async run(link) {
      const { initialize } = await link.session();
      return validResult('InitializeResult', initialize.response, link, describe(initialize));
    },
  },
  {
    id: 'protocol.initialize.unknown-version',
    title: 'initialize for an unknown version is answered with a version that is served',
    level: 'MUST',
    clause: spec('basic/lifecycle#version-negotiation'),
    revisions: LEGACY,
    advice: 'Answer an unknown protocolVersion with the newest one you serve; do not echo it.',
    async run(link) {
      const id = link.nextId();
      const params = { protocolVersion: '2099-01-01', capabilities: {}, clientInfo: CLIENT_INFO };
      const reply = await link.post({ jsonrpc: '2.0', id, method: 'initialize', params }, { id });
      const version = resultOf(reply.response)?.['protocolVersion'];
      const other = typeof version === 'string' && version !== '2099-01-01';
      return verdict(other || errorOf(reply.response)?.code === -32602, describe(reply));
    },
  },
  {
    id: 'protocol.initialize.server-version',
    title: 'serverInfo names the server and its version',
    level: 'SHOULD',
    clause: INITIALIZE,
    revisions: LEGACY,
    advice: 'Fill serverInfo.name and serverInfo.version; they are what people find in logs and bug reports.',
    async run(link) {
      const info = resultOf((await link.session()).initialize.response)?.['serverInfo'];
      const { name, version } = isObject(info) ? info : {};
      // An invalid serverInfo is another check's to report.
      if (typeof name !== 'string' || typeof version !== 'string')
        return skip('There is no valid serverInfo.');
      return verdict(name.trim() !== '' && version.trim() !== '', `serverInfo: ${name} ${version}`);
    },
  },
  {
    id: 'protocol.discover.result',
    title: 'The result of server/discover is valid',
    level: 'MUST',
    clause: spec('basic', 'server/discover'),
    revisions: MODERN,
    advice: 'Return supportedVersions and capabilities.',
    async run(link) {
      const reply = await discover(link);
      return validResult('DiscoverResult', reply.response, link, describe(reply));
    },
  },
  {
    id: 'protocol.ping.empty',
    title: 'ping is answered with an empty result',
    level: 'MUST',
    clause: spec('basic/utilities/ping#behavior-requirements'),
    revisions: LEGACY,
    advice: 'Answer ping with result {}.',
    async run(link) {
      const reply = await link.request('ping');
      const keys = Object.keys(resultOf(reply.response) ?? { none: true }).filter((key) => key !== '_meta');
      return verdict(keys.length === 0, describe(reply));
    },
  },
  {
    id: 'protocol.notification.unknown',
    title: 'An unknown notification is not answered with a message',
    level: 'MUST',
    clause: spec('basic#notifications', 'basic#notifications'),
    revisions: LEGACY,
    advice: 'Ignore notifications that you do not know; never respond to one.',
    async run(link) {
      const reply = await link.notify('notifications/mcpgw-unknown', {});
      return verdict(reply.messages.length === 0 && reply.status < 500, describe(reply));
    },
  },
  {
    id: 'protocol.notification.cancelled-unknown',
    title: 'A cancellation of a request that is not running is ignored',
    level: 'SHOULD',
    clause: spec('basic/utilities/cancellation#error-handling'),
    revisions: LEGACY,
    advice: 'Ignore notifications/cancelled for unknown or finished requests.',
    async run(link) {
      const reply = await link.notify('notifications/cancelled', { requestId: 'mcpgw-never-sent' });
      return verdict(
        reply.status >= 200 && reply.status < 300 && reply.messages.length === 0,
        describe(reply),
      );
    },
  },
  {
    id: 'protocol.meta.unknown-key',
    title: 'An unknown key in _meta is accepted',
    level: 'MUST',
    clause: spec('basic#_meta', 'basic#meta'),
    revisions: REVISIONS,
    advice: 'Ignore what you do not know in _meta.',
    async run(link) {
      const reply = await link.request(harmless(link), { _meta: { 'example.org/unknown': { deep: [1] } } });
      return verdict(resultOf(reply.response) !== undefined, describe(reply));
    },
  },
  {
    id: 'protocol.modern.server-info',
    title: 'Results name the server in _meta',
    level: 'SHOULD',
    clause: spec('basic', 'basic#meta'),
    revisions: MODERN,
    advice: `Put {name, version} into _meta["${META.serverInfo}"] of results.`,
    async run(link) {
      const meta = resultOf((await discover(link)).response)?.['_meta'];
      const info = isObject(meta) ? meta[META.serverInfo] : undefined;
      return verdict(isObject(info) && typeof info['name'] === 'string', JSON.stringify(info ?? null));
    },
  },
  {
    id: 'protocol.modern.removed-methods',
    title: 'Methods that 2026-07-28 removed are not found',
    level: 'MUST',
    clause: spec('basic', 'changelog'),
    revisions: MODERN,
    advice: 'Answer ping, logging/setLevel and resources/subscribe of this revision with 404 and -32601.',
    async run(link) {
      const reply = await link.request('ping');
      return verdict(errorOf(reply.response)?.code === -32601, describe(reply));
    },
  },
];
