import { parseChallenges } from '../../../oauth/challenge.ts';
import { page, rfc, spec, type Check } from '../../check.ts';
import { messagesIn } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import { NotApplicable } from '../../run-check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import type { AuthContext } from './types.ts';

const TOKEN_HANDLING = spec('basic/authorization#token-handling', 'basic/authorization#token-handling');
const LOCATION = spec(
  'basic/authorization#authorization-server-location',
  'basic/authorization#authorization-server-discovery',
);
const SINCE_METADATA = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;

/** The parameters of the challenge as they stand in the header. */
const headerOf = async (context: AuthContext): Promise<string> => {
  await context.challenge();
  return (await context.refused()).headers['www-authenticate'] ?? '';
};

/** The answer to a request without a token. */
export const challengeChecks: Check<AuthContext>[] = [
  {
    id: 'auth.challenge.status',
    title: 'A request without a token is answered with 401',
    level: 'MUST',
    clause: TOKEN_HANDLING,
    revisions: REVISIONS,
    advice: 'Answer 401 (not 403, 404 or a redirect): it is what makes clients start to sign in.',
    async run(context) {
      const reply = await context.refused();
      if (reply.status === 200 && context.options.token === undefined) {
        throw new NotApplicable('This server asks for no authorization.');
      }
      return verdict(reply.status === 401, describe(reply));
    },
  },
  {
    id: 'auth.challenge.scheme',
    title: 'The 401 has a Bearer challenge',
    level: 'MUST',
    clause: rfc(6750, '3'),
    revisions: REVISIONS,
    advice: 'Send WWW-Authenticate: Bearer … with every 401.',
    async run(context) {
      const reply = await context.refused();
      if (reply.status !== 401) throw new NotApplicable('There is no 401.');
      const header = reply.headers['www-authenticate'] ?? '';
      const bearer = parseChallenges(header).some(({ scheme }) => scheme === 'bearer');
      return verdict(bearer, `WWW-Authenticate: ${header || 'absent'}`);
    },
  },
  {
    id: 'auth.challenge.resource-metadata',
    title: 'The challenge names the protected-resource metadata',
    level: 'MUST',
    clause: LOCATION,
    revisions: SINCE_METADATA,
    advice: 'Put resource_metadata="https://…/.well-known/oauth-protected-resource/…" into the challenge.',
    async run(context) {
      const named = (await context.challenge()).params.get('resource_metadata');
      const absolute = named !== undefined && /^https?:\/\//.test(named) && URL.canParse(named);
      return verdict(absolute, `resource_metadata: ${named ?? 'absent'}`);
    },
  },
  {
    id: 'auth.challenge.scope',
    title: 'The challenge names the scope that is needed',
    level: 'SHOULD',
    clause: spec(
      'basic/authorization#protected-resource-metadata-discovery-requirements',
      'basic/authorization#scope-selection-strategy',
    ),
    revisions: ['2025-11-25', '2026-07-28'],
    advice: 'Put scope="…" with all scopes of the operation into the challenge.',
    async run(context) {
      const scope = (await context.challenge()).params.get('scope');
      return verdict(scope !== undefined, `scope: ${scope ?? 'absent'}`);
    },
  },
  {
    id: 'auth.challenge.no-error',
    title: 'The challenge holds no error when no token was sent',
    level: 'SHOULD',
    clause: rfc(6750, '3.1'),
    revisions: REVISIONS,
    advice: 'Leave error out of the challenge unless a token was presented.',
    async run(context) {
      const error = (await context.challenge()).params.get('error');
      return verdict(error === undefined, `error: ${error ?? 'absent'}`);
    },
  },
  {
    id: 'auth.challenge.no-empty-parameter',
    title: 'The challenge has no empty parameter',
    level: 'SHOULD',
    clause: rfc(6750, '3'),
    revisions: REVISIONS,
    advice: 'Leave a parameter out instead of sending it empty: the Go SDK refuses the whole challenge.',
    async run(context) {
      const empty = [...(await context.challenge()).params]
        .filter(([, value]) => value === '')
        .map(([name]) => name);
      return verdict(empty.length === 0, empty.length > 0 ? `Empty: ${empty.join(', ')}` : 'None is empty.');
    },
  },
  {
    id: 'auth.challenge.scope-before-text',
    title: 'scope stands before any free text in the challenge',
    level: 'SHOULD',
    clause: rfc(6750, '3'),
    revisions: REVISIONS,
    advice:
      'Write scope first: the Rust SDK takes the first "scope=" it finds, also inside error_description.',
    async run(context) {
      const header = await headerOf(context);
      const first = header.indexOf('scope=');
      if (first < 0) return skip('The challenge has no scope.');
      const text = header.indexOf('error_description=');
      return verdict(text < 0 || first < text, header);
    },
  },
  {
    id: 'auth.challenge.get',
    title: 'A GET without a token is answered with 401 (or 405)',
    level: 'MUST',
    clause: TOKEN_HANDLING,
    revisions: REVISIONS,
    advice: 'Ask for the token whatever the method is; clients probe with GET, and a 5xx makes them give up.',
    async run(context) {
      await context.challenge();
      const headers = { accept: 'text/event-stream', 'content-type': undefined };
      const exchange = await context.anonymous.open({ method: 'GET' }, { headers });
      exchange.close();
      return verdict(exchange.status === 401 || exchange.status === 405, `HTTP ${exchange.status}`);
    },
  },
  {
    id: 'auth.challenge.options-open',
    title: 'A CORS preflight needs no token',
    level: 'SHOULD',
    clause: page('https://fetch.spec.whatwg.org/#cors-preflight-fetch'),
    revisions: REVISIONS,
    advice: 'Answer OPTIONS before the token is checked: browsers send preflights without one.',
    async run(context) {
      await context.challenge();
      const origin = new URL(context.url).origin;
      const headers = { origin, 'access-control-request-method': 'POST' };
      const exchange = await context.anonymous.open({ method: 'OPTIONS', headers });
      exchange.close();
      return verdict(exchange.status !== 401, `HTTP ${exchange.status}`);
    },
  },
  {
    id: 'auth.challenge.body',
    title: 'The body of the 401 is no JSON-RPC message without an id',
    level: 'SHOULD',
    clause: page('https://www.jsonrpc.org/specification#response_object'),
    revisions: REVISIONS,
    advice: 'Send an OAuth error or nothing; some clients wait for ever on a JSON-RPC error with id null.',
    async run(context) {
      await context.challenge();
      const reply = await context.refused();
      const strange = messagesIn(reply.text).some((one) => one['jsonrpc'] === '2.0' && one['id'] == null);
      return verdict(!strange, describe(reply));
    },
  },
  {
    id: 'auth.challenge.first',
    title: 'The token is asked for before the body is looked at',
    level: 'SHOULD',
    clause: TOKEN_HANDLING,
    revisions: REVISIONS,
    advice: 'Check the token first: nobody without one should reach the parser.',
    async run(context) {
      await context.challenge();
      const reply = await context.anonymous.post('{"jsonrpc":');
      return verdict(reply.status === 401, describe(reply));
    },
  },
];
