import { fetchMetadata, isSecure } from '../../../oauth/discovery.ts';
import { page, rfc, spec, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import type { AuthContext } from './types.ts';
import { ENDPOINTS, lists } from './server-metadata.ts';

/** What the metadata of the authorization server offers beyond the least (RFC 8414, MCP). */
export const serverOfferChecks: Check<AuthContext>[] = [
  {
    id: 'auth.server.public-clients',
    title: 'token_endpoint_auth_methods_supported lists none',
    level: 'SHOULD',
    clause: page('https://claude.com/docs/connectors/building/authentication'),
    revisions: REVISIONS,
    advice: 'List "none": desktop clients are public, and Claude looks for it.',
    run: lists('token_endpoint_auth_methods_supported', 'none'),
  },
  {
    id: 'auth.server.registration',
    title: 'Clients can register themselves, or identify by a metadata document',
    level: 'SHOULD',
    clause: spec(
      'basic/authorization#client-registration-approaches',
      'basic/authorization/client-registration',
    ),
    revisions: REVISIONS,
    advice:
      'Offer a registration_endpoint: several clients stop without one even when they have a client id.',
    async run(context) {
      const { registration_endpoint: url } = (await context.server()).metadata;
      return verdict(
        typeof url === 'string',
        `registration_endpoint: ${typeof url === 'string' ? url : 'absent'}`,
      );
    },
  },
  {
    id: 'auth.server.cimd',
    title: 'Client id metadata documents are supported',
    level: 'SHOULD',
    clause: spec(
      'basic/authorization#client-id-metadata-documents',
      'basic/authorization/client-registration',
    ),
    revisions: ['2025-11-25', '2026-07-28'],
    advice:
      'Support client ids that are https URLs and advertise client_id_metadata_document_supported: true.',
    async run(context) {
      const supported = (await context.server()).metadata['client_id_metadata_document_supported'];
      return verdict(supported === true, `client_id_metadata_document_supported: ${String(supported)}`);
    },
  },
  {
    id: 'auth.server.iss',
    title: 'authorization_response_iss_parameter_supported is advertised',
    level: 'SHOULD',
    clause: rfc(9207, '3'),
    revisions: ['2026-07-28'],
    advice: 'Send iss in every authorization response and advertise it: Codex and the Rust SDK ask for it.',
    async run(context) {
      const supported = (await context.server()).metadata['authorization_response_iss_parameter_supported'];
      return verdict(
        supported === true,
        `authorization_response_iss_parameter_supported: ${String(supported)}`,
      );
    },
  },
  {
    id: 'auth.server.one-origin',
    title: "The endpoints are on the issuer's origin",
    level: 'SHOULD',
    clause: page('https://github.com/openai/codex/issues/44317'),
    revisions: REVISIONS,
    advice: "Keep the endpoints on the issuer's origin; some clients refuse others unless iss is advertised.",
    async run(context) {
      const { metadata } = await context.server();
      const { origin } = new URL(String(metadata['issuer']));
      const elsewhere = ENDPOINTS.filter((name) => {
        const url = typeof metadata[name] === 'string' ? URL.parse(metadata[name]) : null;
        // What is plain http is another check's business.
        return url !== null && url.origin !== origin && isSecure(url.href);
      });
      return verdict(
        elsewhere.length === 0,
        elsewhere.length > 0 ? `Elsewhere: ${elsewhere.join(', ')}` : `All on ${origin}.`,
      );
    },
  },
  {
    id: 'auth.server.issuer-without-path',
    title: 'The issuer has no path',
    level: 'SHOULD',
    clause: page('https://github.com/anthropics/claude-ai-mcp/issues/490'),
    revisions: REVISIONS,
    advice: 'Use an origin as issuer: several clients drop the path and look at the root.',
    async run(context) {
      const { metadata } = await context.server();
      const issuer = new URL(String(metadata['issuer']));
      return verdict(issuer.pathname === '/', `issuer: ${String(metadata['issuer'])}`);
    },
  },
  {
    id: 'auth.server.cors',
    title: 'The metadata can be read by clients in a browser',
    level: 'SHOULD',
    clause: page('https://fetch.spec.whatwg.org/#http-cors-protocol'),
    revisions: REVISIONS,
    advice: 'Send Access-Control-Allow-Origin: * with the metadata; it is public.',
    async run(context) {
      const { url } = await context.server();
      const origin = 'http://localhost:6274';
      const answer = await context.transport({ method: 'GET', url, headers: { origin } });
      const allowed = answer.headers['access-control-allow-origin'];
      return verdict(
        allowed === '*' || allowed === origin,
        `Access-Control-Allow-Origin: ${allowed ?? 'absent'}`,
      );
    },
  },
  {
    id: 'auth.server.jwks',
    title: 'The keys at jwks_uri can be read, and none is private',
    level: 'MUST',
    clause: rfc(8414, '2'),
    revisions: REVISIONS,
    advice: 'Serve public keys only: no member d, p, q, k.',
    async run(context) {
      const url = (await context.server()).metadata['jwks_uri'];
      if (typeof url !== 'string') return skip('The metadata names no jwks_uri.');
      const { metadata, status } = await fetchMetadata(context.transport, url);
      const keys = Array.isArray(metadata?.['keys'])
        ? (metadata['keys'] as Record<string, unknown>[])
        : undefined;
      const open = keys?.every((key) => !['d', 'p', 'q', 'k'].some((member) => member in key));
      return verdict(open === true, `HTTP ${status}, ${keys?.length ?? 'no'} key(s)`);
    },
  },
];
