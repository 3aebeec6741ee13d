import { createPkce, postForm } from '../../../oauth/client.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import { jsonObject } from '../../../oauth/transport.ts';
import { rfc, spec, type Check } from '../../check.ts';
import { NotApplicable } from '../../run-check.ts';
import { REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import type { AuthContext, Grant } from './types.ts';
import { seenOf } from './token.ts';

const RESOURCE = spec(
  'basic/authorization#resource-parameter-implementation',
  'basic/authorization#resource-parameter-implementation',
);
const AUDIENCE = spec(
  'basic/authorization#token-audience-binding-and-validation',
  'basic/authorization/security-considerations#token-audience-binding-and-validation',
);
const SINCE_RESOURCE = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;

/** A form sent to the token endpoint. */
export const tokenRequest = async (
  context: AuthContext,
  client: Grant['client'],
  form: Record<string, string | undefined>,
): Promise<HttpAnswer> => postForm(context.transport, await context.endpoint('token_endpoint'), client, form);

/** Redeems a code of its own with something changed. */
async function redeemWith(context: AuthContext, change: Record<string, string>): Promise<HttpAnswer> {
  await context.grant();
  if (!context.options.tireless)
    throw new NotApplicable('This needs a sign-in of its own; one was asked for already.');
  const { authorization, client, discovered } = await context.code();
  return tokenRequest(context, client, {
    grant_type: 'authorization_code',
    code: authorization.code,
    code_verifier: authorization.pkce.verifier,
    redirect_uri: authorization.redirectUri,
    resource: discovered.resource,
    ...change,
  });
}

export const isRefused = (answer: HttpAnswer): Verdict =>
  verdict(answer.status >= 400 && answer.status < 500, seenOf(answer));

/** The claims of a JWT; undefined for an opaque token. */
function claimsOf(token: string): Record<string, unknown> | undefined {
  const [, payload] = token.split('.');
  return payload === undefined ? undefined : jsonObject(Buffer.from(payload, 'base64url').toString());
}

/** What comes of a sign-in: code and tokens. */
export const grantChecks: Check<AuthContext>[] = [
  {
    id: 'auth.grant.code-flow',
    title: 'A person can sign in and gets a token',
    level: 'MUST',
    clause: spec('basic/authorization#authorization-flow-steps', 'basic/authorization'),
    revisions: REVISIONS,
    advice: 'Follow the flow step by step with `mcpgw test auth-flow`.',
    run: async (context) =>
      verdict((await context.signIn()).tokens.accessToken !== '', 'An access token was issued.'),
  },
  {
    id: 'auth.grant.iss',
    title: 'The authorization response carries iss where it is advertised, and not otherwise',
    level: 'MUST',
    clause: rfc(9207, '2'),
    revisions: ['2025-11-25', '2026-07-28'],
    advice:
      'Send iss and advertise it, byte for byte as the issuer; the Go SDK refuses an iss that is not advertised.',
    async run(context) {
      const { callback, discovered } = await context.grant();
      const advertised = discovered.server['authorization_response_iss_parameter_supported'] === true;
      const iss = callback.searchParams.get('iss');
      return verdict(
        advertised ? iss === discovered.server['issuer'] : iss === null,
        `iss: ${iss ?? 'absent'}, advertised: ${advertised}`,
      );
    },
  },
  {
    id: 'auth.grant.token-type',
    title: 'The token answer names the type Bearer',
    level: 'MUST',
    clause: rfc(6749, '5.1'),
    revisions: REVISIONS,
    advice: 'Send token_type: "Bearer".',
    async run(context) {
      const { answer } = await context.grant();
      const type = jsonObject(answer.text)?.['token_type'];
      return verdict(String(type).toLowerCase() === 'bearer', `token_type: ${JSON.stringify(type ?? null)}`);
    },
  },
  {
    id: 'auth.grant.expires-in',
    title: 'The token answer says how long the token lives, as a number',
    level: 'SHOULD',
    clause: rfc(6749, '5.1'),
    revisions: REVISIONS,
    advice: 'Send expires_in in seconds, well above 10: some clients refresh 10 s before the end.',
    async run(context) {
      const expires = jsonObject((await context.grant()).answer.text)?.['expires_in'];
      return verdict(
        typeof expires === 'number' && expires > 10,
        `expires_in: ${JSON.stringify(expires ?? null)}`,
      );
    },
  },
  {
    id: 'auth.grant.no-store',
    title: 'The token answer is not to be stored',
    level: 'MUST',
    clause: rfc(6749, '5.1'),
    revisions: REVISIONS,
    advice: 'Send Cache-Control: no-store.',
    async run(context) {
      const value = (await context.grant()).answer.headers['cache-control'] ?? '';
      return verdict(value.includes('no-store'), `Cache-Control: ${value || 'absent'}`);
    },
  },
  {
    id: 'auth.grant.accepted',
    title: 'The endpoint accepts the token that was issued for it',
    level: 'MUST',
    clause: spec('basic/authorization#token-handling'),
    revisions: REVISIONS,
    advice: 'Compare the audience that is issued with the audience that is checked.',
    async run(context) {
      const { tokens } = await context.grant();
      const reply = await context.call(tokens.accessToken);
      return verdict(reply.status !== 401 && reply.status !== 403, `HTTP ${reply.status}`);
    },
  },
  {
    id: 'auth.grant.audience',
    title: 'The token names the endpoint as its audience',
    level: 'MUST',
    clause: AUDIENCE,
    revisions: SINCE_RESOURCE,
    advice: 'Put the resource that was asked for into aud (RFC 8707, RFC 9068).',
    async run(context) {
      const { tokens, discovered } = await context.grant();
      const claims = claimsOf(tokens.accessToken);
      if (!claims) return skip('The token is opaque.');
      const audience = [claims['aud']].flat().map(String);
      const plain = (text: string): string => text.replace(/\/$/, '').toLowerCase();
      return verdict(
        audience.some((one) => plain(one) === plain(discovered.resource)),
        `aud: ${audience.join(', ')}`,
      );
    },
  },
  {
    id: 'auth.grant.code-once',
    title: 'A code can be redeemed once',
    level: 'MUST',
    clause: rfc(6749, '4.1.2'),
    revisions: REVISIONS,
    advice: 'Consume the code atomically, and answer invalid_grant the second time.',
    async run(context) {
      const { code, pkce, redirectUri, client, discovered } = await context.freshGrant();
      const form = {
        grant_type: 'authorization_code',
        code,
        code_verifier: pkce.verifier,
        redirect_uri: redirectUri,
        resource: discovered.resource,
      };
      return isRefused(await tokenRequest(context, client, form));
    },
  },
  {
    id: 'auth.grant.verifier',
    title: 'A code is not redeemed with another code_verifier',
    level: 'MUST',
    clause: rfc(7636, '4.6'),
    revisions: REVISIONS,
    advice: 'Compare SHA-256 of code_verifier with the code_challenge of the request.',
    run: async (context) => isRefused(await redeemWith(context, { code_verifier: createPkce().verifier })),
  },
  {
    id: 'auth.grant.redirect-uri',
    title: 'A code is not redeemed with another redirect_uri',
    level: 'MUST',
    clause: rfc(6749, '4.1.3'),
    revisions: REVISIONS,
    advice: 'Compare redirect_uri with the one of the authorization request.',
    run: async (context) =>
      isRefused(await redeemWith(context, { redirect_uri: 'http://127.0.0.1:1/callback' })),
  },
  {
    id: 'auth.grant.other-resource',
    title: 'A code is not redeemed for another resource',
    level: 'MUST',
    clause: RESOURCE,
    revisions: SINCE_RESOURCE,
    advice: 'Answer invalid_target when the token request names a resource that was not granted.',
    run: async (context) =>
      isRefused(await redeemWith(context, { resource: 'https://attacker.example/mcp' })),
  },
  {
    id: 'auth.grant.other-client',
    title: "A client does not redeem another client's code",
    level: 'MUST',
    clause: rfc(6749, '4.1.3'),
    revisions: REVISIONS,
    advice: 'Bind the code to the client that asked for it.',
    async run(context) {
      const { clientId } = await context.client();
      return isRefused(await redeemWith(context, { client_id: clientId }));
    },
  },
];
