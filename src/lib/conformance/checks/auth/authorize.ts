import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { page, rfc, spec, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import { ask, refusedAuthorization, seen, STATE } from './ask.ts';
import type { AuthContext } from './types.ts';

const REDIRECTION = spec(
  'basic/authorization#open-redirection',
  'basic/authorization/security-considerations#open-redirection',
);

/** A request that must be refused, at the client or on a page; never by going on. */
const refusedRequest = (
  check: Pick<Check<AuthContext>, 'id' | 'title' | 'advice' | 'clause'> & Partial<Check<AuthContext>>,
  change: Record<string, string | undefined>,
  where: 'anywhere' | 'page only',
): Check<AuthContext> => ({
  level: 'MUST',
  revisions: REVISIONS,
  ...check,
  async run(context) {
    const broken = await refusedAuthorization(context);
    if (broken !== undefined) return skip(`Nothing can be told: ${broken}.`);
    const asked = await ask(context, change);
    const byPage = !asked.back && asked.answer.status >= 400 && asked.answer.status < 500;
    const byRedirect = asked.back?.searchParams.has('error') === true;
    return verdict(byPage || (where === 'anywhere' && byRedirect), seen(asked));
  },
});

/** The authorization endpoint, as far as it can be tested without anybody signing in. */
export const authorizeChecks: Check<AuthContext>[] = [
  {
    id: 'auth.authorize.accepts',
    title: 'An ordinary authorization request is accepted',
    level: 'MUST',
    clause: spec('basic/authorization#authorization-flow-steps', 'basic/authorization'),
    revisions: REVISIONS,
    advice: 'Read the error: PKCE, resource and scope are as the metadata says.',
    async run(context) {
      const broken = await refusedAuthorization(context);
      return verdict(broken === undefined, broken ?? 'It leads to a page, or back with a code.');
    },
  },
  refusedRequest(
    {
      id: 'auth.authorize.unknown-client',
      title: 'An unknown client is not redirected to',
      clause: rfc(6749, '4.1.2.1'),
      advice: 'Show an error page with status 400; an unknown client has no redirect URI to be trusted.',
    },
    { client_id: 'mcpgw-no-such-client' },
    'page only',
  ),
  refusedRequest(
    {
      id: 'auth.authorize.redirect-other-host',
      title: 'A redirect URI that is not registered is not redirected to',
      clause: REDIRECTION,
      advice: 'Compare redirect_uri with the registered ones and show an error page when it is none of them.',
    },
    { redirect_uri: 'https://attacker.example/callback' },
    'page only',
  ),
  refusedRequest(
    {
      id: 'auth.authorize.redirect-other-path',
      title: 'A redirect URI with another path than the registered one is not redirected to',
      clause: REDIRECTION,
      advice: 'Compare the whole URI; only the port of loopback redirects may differ.',
    },
    { redirect_uri: 'http://127.0.0.1:33418/another' },
    'page only',
  ),
  {
    id: 'auth.authorize.loopback-port',
    title: 'The port of a loopback redirect may differ from the registered one',
    level: 'MUST',
    clause: rfc(8252, '7.3'),
    revisions: REVISIONS,
    advice: 'Ignore the port when a loopback redirect is compared: native clients take a free one each time.',
    async run(context) {
      const broken = await refusedAuthorization(context);
      if (broken !== undefined) return skip(`Nothing can be told: ${broken}.`);
      const asked = await ask(context, { redirect_uri: 'http://127.0.0.1:45999/callback' });
      const taken = asked.back ? !asked.back.searchParams.has('error') : asked.answer.status < 400;
      return verdict(taken, seen(asked));
    },
  },
  refusedRequest(
    {
      id: 'auth.authorize.pkce-required',
      title: 'An authorization request without PKCE is refused',
      clause: spec(
        'basic/authorization#authorization-code-protection',
        'basic/authorization/security-considerations#authorization-code-protection',
      ),
      advice: 'Answer invalid_request when code_challenge is missing.',
    },
    { code_challenge: undefined, code_challenge_method: undefined },
    'anywhere',
  ),
  refusedRequest(
    {
      id: 'auth.authorize.pkce-plain',
      title: 'An authorization request with PKCE plain is refused',
      clause: rfc(9700, '2.1.1'),
      advice: 'Accept S256 only.',
    },
    { code_challenge_method: 'plain' },
    'anywhere',
  ),
  refusedRequest(
    {
      id: 'auth.authorize.implicit',
      title: 'The implicit grant is refused',
      clause: page('https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-10.1'),
      advice: 'Answer unsupported_response_type for response_type=token.',
    },
    { response_type: 'token' },
    'anywhere',
  ),
  refusedRequest(
    {
      id: 'auth.authorize.unknown-resource',
      title: 'A request for an unknown resource is refused',
      clause: rfc(8707, '2'),
      advice: 'Answer invalid_target when resource names nothing that you protect.',
      revisions: ['2025-06-18', '2025-11-25', '2026-07-28'],
    },
    { resource: 'https://attacker.example/mcp' },
    'anywhere',
  ),
  {
    id: 'auth.authorize.resource-slash',
    title: 'A trailing slash on resource does not matter',
    level: 'SHOULD',
    clause: spec('basic/authorization#canonical-server-uri', 'basic/authorization#canonical-server-uri'),
    revisions: ['2025-06-18', '2025-11-25', '2026-07-28'],
    advice: 'Map the usual spellings of the endpoint to one audience; some clients add a slash.',
    async run(context) {
      const broken = await refusedAuthorization(context);
      if (broken !== undefined) return skip(`Nothing can be told: ${broken}.`);
      const { resource } = await context.discovered();
      const asked = await ask(context, { resource: `${resource.replace(/\/$/, '')}/` });
      const taken = asked.back ? !asked.back.searchParams.has('error') : asked.answer.status < 400;
      return verdict(taken, seen(asked));
    },
  },
  {
    id: 'auth.authorize.without-scope',
    title: 'A request without scope is not refused',
    level: 'SHOULD',
    clause: rfc(6749, '3.3'),
    revisions: REVISIONS,
    advice: 'Fall back to the scopes of the resource when a client names none.',
    async run(context) {
      const broken = await refusedAuthorization(context);
      if (broken !== undefined) return skip(`Nothing can be told: ${broken}.`);
      const asked = await ask(context, { scope: undefined });
      const taken = asked.back ? !asked.back.searchParams.has('error') : asked.answer.status < 400;
      return verdict(taken, seen(asked));
    },
  },
  {
    id: 'auth.authorize.error-state',
    title: 'An error that is sent to the client carries its state',
    level: 'MUST',
    clause: rfc(6749, '4.1.2.1'),
    revisions: REVISIONS,
    advice: 'Return state in error redirects too.',
    async run(context) {
      const { back } = await ask(context, { response_type: 'token' });
      if (!back) return skip('The error is shown on a page.');
      const state = back.searchParams.get('state');
      return verdict(state === STATE, `state: ${state ?? 'absent'}`);
    },
  },
  {
    id: 'auth.authorize.error-iss',
    title: 'An error that is sent to the client carries iss where iss is advertised',
    level: 'MUST',
    clause: rfc(9207, '2'),
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Add iss to every redirect: success, denial and error.',
    async run(context) {
      const { metadata } = await context.server();
      if (metadata['authorization_response_iss_parameter_supported'] !== true)
        return skip('iss is not advertised.');
      const { back } = await ask(context, { code_challenge: undefined, code_challenge_method: undefined });
      if (!back) return skip('The error is shown on a page.');
      const iss = back.searchParams.get('iss');
      return verdict(iss === metadata['issuer'], `iss: ${iss ?? 'absent'}`);
    },
  },
  {
    id: 'auth.authorize.framing',
    title: 'The pages of the authorization server cannot be framed',
    level: 'MUST',
    clause: rfc(9700, '4.16'),
    revisions: REVISIONS,
    advice: "Send Content-Security-Policy: frame-ancestors 'none' (and X-Frame-Options: DENY).",
    async run(context) {
      let { answer } = await ask(context, { client_id: 'mcpgw-no-such-client' });
      const html = (): boolean => (answer.headers['content-type'] ?? '').includes('text/html');
      if (!html()) ({ answer } = await ask(context));
      if (!html()) return skip('There is no page.');
      const csp = answer.headers['content-security-policy'] ?? '';
      const frames = answer.headers['x-frame-options'] ?? '';
      const closed = /frame-ancestors[^;]*'none'/.test(csp) || /^(deny|sameorigin)$/i.test(frames);
      return verdict(
        closed,
        `Content-Security-Policy: ${csp || 'absent'}; X-Frame-Options: ${frames || 'absent'}`,
      );
    },
  },
  {
    id: 'auth.authorize.cimd-private-address',
    title: 'A client id at a private address is not fetched',
    level: 'MUST',
    clause: spec(
      'basic/authorization#server-side-request-forgery-ssrf',
      'basic/authorization/security-considerations',
    ),
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Refuse client id metadata documents at loopback, private and link-local addresses.',
    async run(context) {
      const { metadata } = await context.server();
      if (metadata['client_id_metadata_document_supported'] !== true)
        return skip('Metadata documents are not supported.');
      let connections = 0;
      const trap = createServer((socket) => {
        connections += 1;
        socket.destroy();
      }).listen(0, '127.0.0.1');
      await once(trap, 'listening');
      try {
        const { port } = trap.address() as AddressInfo;
        await ask(context, { client_id: `https://127.0.0.1:${port}/client.json` });
        await delay(200);
        return verdict(
          connections === 0,
          `${connections} connection(s) came to a loopback address that a client id named.`,
        );
      } finally {
        trap.close();
      }
    },
  },
];
