import { fetchMetadata } from '../../../oauth/discovery.ts';
import { page, rfc, spec, type Check } from '../../check.ts';
import { NotApplicable } from '../../run-check.ts';
import { skip, verdict, type Revision } from '../../types.ts';
import type { AuthContext } from './types.ts';

const SINCE: readonly Revision[] = ['2025-06-18', '2025-11-25', '2026-07-28'];
const LOCATION = spec(
  'basic/authorization#authorization-server-location',
  'basic/authorization#authorization-server-discovery',
);

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Protected-resource metadata (RFC 9728). */
export const resourceMetadataChecks: Check<AuthContext>[] = [
  {
    id: 'auth.resource.found',
    title: 'The protected-resource metadata can be read without a token',
    level: 'MUST',
    clause: LOCATION,
    revisions: SINCE,
    advice:
      'Serve it openly at the URL in the challenge, and at /.well-known/oauth-protected-resource<path>.',
    async run(context) {
      const found = [];
      for (const url of await context.places()) {
        const { status, metadata } = await fetchMetadata(context.transport, url);
        if (metadata) return verdict(true, `Found at ${url}.`);
        found.push(`${url}: HTTP ${status}`);
      }
      return verdict(false, found.join('; '));
    },
  },
  {
    id: 'auth.resource.well-known-path',
    title: 'The metadata stands at the well-known URL with the path of the endpoint',
    level: 'SHOULD',
    clause: rfc(9728, '3.1'),
    revisions: SINCE,
    advice:
      'Serve it at /.well-known/oauth-protected-resource<path> too: clients that miss the challenge look there.',
    async run(context) {
      await context.resource();
      const { status, url, metadata } = await context.resourceAt('path');
      return verdict(metadata !== undefined, `${url}: HTTP ${status}`);
    },
  },
  {
    id: 'auth.resource.well-known-same',
    title: 'The challenge and the well-known URL lead to the same metadata',
    level: 'MUST',
    clause: rfc(9728, '3.3'),
    revisions: SINCE,
    advice: 'Serve one document at both places.',
    async run(context) {
      const { metadata } = await context.resourceAt('path');
      if (!metadata) return skip('There is none at the well-known URL.');
      const named = (await context.resource()).metadata;
      const same = named['resource'] === metadata['resource'];
      return verdict(same, `resource: ${String(named['resource'])} and ${String(metadata['resource'])}`);
    },
  },
  {
    id: 'auth.resource.root',
    title: 'Metadata at the root names this endpoint, or is not there',
    level: 'MUST',
    clause: rfc(9728, '3.3'),
    revisions: SINCE,
    advice:
      'Serve a root document only on a host with one endpoint, and with the URL of that endpoint as resource.',
    async run(context) {
      const { metadata, status } = await context.resourceAt('root');
      if (!metadata) return verdict(status !== 401 && status < 500, `HTTP ${status}`);
      const resource = String(metadata['resource']);
      // What the document of the endpoint itself says is another check's business.
      const named = (await context.resource()).metadata['resource'];
      const own = resource === context.url || resource === named || resource === new URL(context.url).origin;
      return verdict(own, `resource: ${resource}`);
    },
  },
  {
    id: 'auth.resource.content-type',
    title: 'The metadata is served as application/json',
    level: 'MUST',
    clause: rfc(9728, '3.2'),
    revisions: SINCE,
    advice: 'Set Content-Type: application/json.',
    run: async (context) => {
      const { contentType } = await context.resource();
      return verdict(contentType === 'application/json', `Content-Type: ${contentType || 'absent'}`);
    },
  },
  {
    id: 'auth.resource.identifier',
    title: 'resource is the URL of the endpoint, character by character',
    level: 'MUST',
    clause: rfc(9728, '3.3'),
    revisions: SINCE,
    advice:
      'Return the URL exactly as people enter it; clients compare strings and drop the document silently.',
    async run(context) {
      const { resource } = (await context.resource()).metadata;
      return verdict(resource === context.url, `resource: ${String(resource)}, endpoint: ${context.url}`);
    },
  },
  {
    id: 'auth.resource.servers',
    title: 'authorization_servers names at least one issuer, without a query or fragment',
    level: 'MUST',
    clause: LOCATION,
    revisions: SINCE,
    advice:
      'List the issuer identifier of the authorization server, not the URL of its metadata or of the endpoint.',
    async run(context) {
      const servers = strings((await context.resource()).metadata['authorization_servers']);
      const valid = servers.filter(
        (one) => URL.canParse(one) && !/[?#]/.test(one) && !one.includes('/.well-known/'),
      );
      return verdict(
        servers.length > 0 && valid.length === servers.length,
        `authorization_servers: ${servers.join(', ') || 'none'}`,
      );
    },
  },
  {
    id: 'auth.resource.scopes',
    title: 'scopes_supported does not list offline_access',
    level: 'SHOULD',
    clause: spec('basic/authorization', 'basic/authorization#refresh-tokens'),
    revisions: ['2026-07-28'],
    advice:
      'Leave offline_access out: it is for the authorization server, and makes clients ask for consent each time.',
    async run(context) {
      const scopes = strings((await context.resource()).metadata['scopes_supported']);
      return verdict(!scopes.includes('offline_access'), `scopes_supported: ${scopes.join(' ') || 'none'}`);
    },
  },
  {
    id: 'auth.resource.header-only',
    title: 'Tokens are taken from the header only',
    level: 'SHOULD',
    clause: rfc(9728, '2'),
    revisions: SINCE,
    advice: 'List bearer_methods_supported as ["header"]; MCP forbids tokens in the URL.',
    async run(context) {
      const methods = (await context.resource()).metadata['bearer_methods_supported'];
      if (methods === undefined) return skip('It does not say.');
      return verdict(
        strings(methods).every((one) => one === 'header'),
        `bearer_methods_supported: ${strings(methods).join(', ')}`,
      );
    },
  },
  {
    id: 'auth.resource.cors',
    title: 'The metadata can be read by clients in a browser',
    level: 'SHOULD',
    clause: page('https://fetch.spec.whatwg.org/#http-cors-protocol'),
    revisions: SINCE,
    advice: 'Send Access-Control-Allow-Origin: * with the metadata; it is public.',
    async run(context) {
      const { url } = await context.resource();
      const origin = 'http://localhost:6274';
      const answer = await context.transport({
        method: 'GET',
        url,
        headers: { origin, accept: 'application/json' },
      });
      const allowed = answer.headers['access-control-allow-origin'];
      return verdict(
        allowed === '*' || allowed === origin,
        `Access-Control-Allow-Origin: ${allowed ?? 'absent'}`,
      );
    },
  },
];

/** Clients of 2025-03-26 know no resource metadata: they look for the authorization server at the endpoint's own origin. */
export const oldDiscoveryChecks: Check<AuthContext>[] = [
  {
    id: 'auth.server.at-endpoint-origin',
    title: "Authorization-server metadata can be had at the endpoint's own origin",
    level: 'SHOULD',
    clause: () =>
      'https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization#server-metadata-discovery',
    revisions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
    advice:
      'Mirror /.well-known/oauth-authorization-server on the origin of the endpoint for clients of 2025-03-26.',
    async run(context) {
      await context.server();
      const url = `${new URL(context.url).origin}/.well-known/oauth-authorization-server`;
      const answer = await context.transport({ method: 'GET', url, headers: { accept: 'application/json' } });
      if (answer.status === 401) throw new NotApplicable('The origin is closed to clients without a token.');
      return verdict(answer.status === 200, `${url}: HTTP ${answer.status}`);
    },
  },
];
