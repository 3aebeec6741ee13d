import { fetchMetadata, isSecure, serverMetadataUrls } from '../../../oauth/discovery.ts';
import { rfc, spec, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import type { AuthContext } from './types.ts';

const DISCOVERY = spec(
  'basic/authorization#authorization-server-metadata-discovery',
  'basic/authorization#authorization-server-discovery',
);
const PKCE = spec(
  'basic/authorization#authorization-code-protection',
  'basic/authorization/security-considerations#authorization-code-protection',
);

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

export const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
];

/** A list in the metadata that must hold a value; absent counts as not holding it. */
export const lists =
  (name: string, value: string) =>
  async (context: AuthContext): Promise<Verdict> => {
    const { metadata } = await context.server();
    const values = strings(metadata[name]);
    return verdict(
      values.includes(value),
      `${name}: ${metadata[name] === undefined ? 'absent' : values.join(', ')}`,
    );
  };

/** Authorization-server metadata (RFC 8414). */
export const serverMetadataChecks: Check<AuthContext>[] = [
  {
    id: 'auth.server.found',
    title: 'The metadata of the authorization server can be found',
    level: 'MUST',
    clause: DISCOVERY,
    revisions: REVISIONS,
    advice: 'Serve RFC 8414 metadata at /.well-known/oauth-authorization-server of the issuer.',
    async run(context) {
      const servers = strings((await context.resource()).metadata['authorization_servers']);
      const issuer = servers[0] ?? new URL(context.url).origin;
      const found = [];
      for (const url of serverMetadataUrls(issuer)) {
        const { metadata, status } = await fetchMetadata(context.transport, url);
        if (metadata) return verdict(true, `Found at ${url}.`);
        found.push(`${url}: HTTP ${status}`);
      }
      return verdict(false, found.join('; '));
    },
  },
  {
    id: 'auth.server.issuer',
    title: 'issuer equals the identifier in authorization_servers, character by character',
    level: 'MUST',
    clause: rfc(8414, '3.3'),
    revisions: REVISIONS,
    advice: 'Return the issuer exactly as the resource metadata names it, also as to a trailing slash.',
    async run(context) {
      const servers = strings((await context.resource()).metadata['authorization_servers']);
      const issuer = servers[0] ?? new URL(context.url).origin;
      for (const url of serverMetadataUrls(issuer)) {
        const { metadata } = await fetchMetadata(context.transport, url);
        if (metadata)
          return verdict(
            metadata['issuer'] === issuer,
            `issuer: ${String(metadata['issuer'])}, named: ${issuer}`,
          );
      }
      return skip('There is no metadata.');
    },
  },
  {
    id: 'auth.server.content-type',
    title: 'The metadata is served as application/json',
    level: 'MUST',
    clause: rfc(8414, '3.2'),
    revisions: REVISIONS,
    advice: 'Set Content-Type: application/json.',
    async run(context) {
      const { contentType } = await context.server();
      return verdict(contentType === 'application/json', `Content-Type: ${contentType || 'absent'}`);
    },
  },
  {
    id: 'auth.server.openid-alias',
    title: 'The same metadata stands at /.well-known/openid-configuration',
    level: 'SHOULD',
    clause: DISCOVERY,
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Serve the document there too; some clients look for nothing else.',
    async run(context) {
      const { metadata } = await context.server();
      const url = serverMetadataUrls(String(metadata['issuer']))[1] ?? '';
      const alias = await fetchMetadata(context.transport, url);
      return verdict(alias.metadata?.['issuer'] === metadata['issuer'], `${url}: HTTP ${alias.status}`);
    },
  },
  {
    id: 'auth.server.secure',
    title: 'All endpoints are https, or on loopback',
    level: 'MUST',
    clause: spec(
      'basic/authorization#communication-security',
      'basic/authorization/security-considerations#communication-security',
    ),
    revisions: REVISIONS,
    advice: 'Build endpoint URLs from the configured issuer, not from the Host header of a request.',
    async run(context) {
      const { metadata } = await context.server();
      const open = ENDPOINTS.filter((name) => {
        const url = typeof metadata[name] === 'string' ? URL.parse(metadata[name]) : null;
        return url !== null && !isSecure(url.href);
      });
      return verdict(
        open.length === 0,
        open.length > 0 ? `Plain http: ${open.join(', ')}` : 'None is plain http.',
      );
    },
  },
  {
    id: 'auth.server.endpoints',
    title: 'The metadata names an authorization and a token endpoint',
    level: 'MUST',
    clause: rfc(8414, '2'),
    revisions: REVISIONS,
    advice: 'List authorization_endpoint and token_endpoint as absolute URLs.',
    async run(context) {
      const { metadata } = await context.server();
      const missing = ENDPOINTS.slice(0, 2).filter(
        (name) => typeof metadata[name] !== 'string' || !URL.canParse(metadata[name]),
      );
      return verdict(
        missing.length === 0,
        missing.length > 0 ? `Missing: ${missing.join(', ')}` : 'Both are there.',
      );
    },
  },
  {
    id: 'auth.server.pkce',
    title: 'code_challenge_methods_supported lists S256',
    level: 'MUST',
    clause: PKCE,
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Advertise ["S256"]: clients must refuse to go on without it.',
    run: lists('code_challenge_methods_supported', 'S256'),
  },
  {
    id: 'auth.server.no-plain-pkce',
    title: 'code_challenge_methods_supported does not list plain',
    level: 'SHOULD',
    clause: rfc(9700, '2.1.1'),
    revisions: REVISIONS,
    advice: 'Drop the method plain, which protects nothing.',
    async run(context) {
      const methods = strings((await context.server()).metadata['code_challenge_methods_supported']);
      return verdict(
        !methods.includes('plain'),
        `code_challenge_methods_supported: ${methods.join(', ') || 'none'}`,
      );
    },
  },
  {
    id: 'auth.server.response-types',
    title: 'response_types_supported lists code',
    level: 'MUST',
    clause: rfc(8414, '2'),
    revisions: REVISIONS,
    advice: 'List "code"; the field is required, and the Rust SDK refuses servers without it.',
    run: lists('response_types_supported', 'code'),
  },
  {
    id: 'auth.server.grant-types',
    title: 'grant_types_supported lists authorization_code and refresh_token',
    level: 'SHOULD',
    clause: rfc(8414, '2'),
    revisions: REVISIONS,
    advice: 'List both: without the field clients assume authorization_code and implicit.',
    async run(context) {
      const grants = strings((await context.server()).metadata['grant_types_supported']);
      return verdict(
        grants.includes('authorization_code') && grants.includes('refresh_token'),
        `grant_types_supported: ${grants.join(', ') || 'absent'}`,
      );
    },
  },
];
