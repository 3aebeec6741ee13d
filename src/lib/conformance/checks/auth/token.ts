import { postForm } from '../../../oauth/client.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import { jsonObject } from '../../../oauth/transport.ts';
import { rfc, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import type { AuthContext } from './types.ts';

/** What was seen of a token answer; never its tokens. */
export const seenOf = (answer: HttpAnswer): string => {
  const { error, error_description: more } = jsonObject(answer.text) ?? {};
  const parts = [`HTTP ${answer.status}`, answer.headers['content-type'], error, more];
  return parts
    .filter((part) => part !== undefined)
    .map(String)
    .join(', ');
};

const errorOf = (answer: HttpAnswer): unknown => jsonObject(answer.text)?.['error'];

/** A code that was never given out. */
async function badCode(context: AuthContext): Promise<HttpAnswer> {
  const client = await context.client();
  const form = {
    grant_type: 'authorization_code',
    code: 'mcpgw-no-such-code',
    code_verifier: 'mcpgw-verifier-mcpgw-verifier-mcpgw-verifier',
    redirect_uri: client.redirectUri,
  };
  return postForm(context.transport, await context.endpoint('token_endpoint'), client, form);
}

/** The token and revocation endpoints, as far as they can be tested without a sign-in. */
export const tokenEndpointChecks: Check<AuthContext>[] = [
  {
    id: 'auth.token.invalid-grant',
    title: 'An unknown code is answered with 400 invalid_grant',
    level: 'MUST',
    clause: rfc(6749, '5.2'),
    revisions: REVISIONS,
    advice: 'Answer 400 with error invalid_grant; other codes make clients register anew or give up.',
    async run(context) {
      const answer = await badCode(context);
      return verdict(answer.status === 400 && errorOf(answer) === 'invalid_grant', seenOf(answer));
    },
  },
  {
    id: 'auth.token.error-json',
    title: 'Errors of the token endpoint are JSON',
    level: 'MUST',
    clause: rfc(6749, '5.2'),
    revisions: REVISIONS,
    advice: 'Send application/json with error and error_description.',
    async run(context) {
      const answer = await badCode(context);
      const json = (answer.headers['content-type'] ?? '').startsWith('application/json');
      return verdict(json && typeof errorOf(answer) === 'string', seenOf(answer));
    },
  },
  {
    id: 'auth.token.invalid-client',
    title: 'An unknown client is answered with 401 (or 400) invalid_client',
    level: 'MUST',
    clause: rfc(6749, '5.2'),
    revisions: REVISIONS,
    advice: 'Answer invalid_client: it is what makes a client whose registration is gone register again.',
    async run(context) {
      const unknown = { clientId: 'mcpgw-no-such-client' };
      const form = {
        grant_type: 'authorization_code',
        code: 'x',
        code_verifier: 'x',
        redirect_uri: 'http://127.0.0.1/',
      };
      const answer = await postForm(
        context.transport,
        await context.endpoint('token_endpoint'),
        unknown,
        form,
      );
      const status = answer.status === 401 || answer.status === 400;
      return verdict(status && errorOf(answer) === 'invalid_client', seenOf(answer));
    },
  },
  {
    id: 'auth.token.unsupported-grant',
    title: 'An unknown grant type is refused',
    level: 'MUST',
    clause: rfc(6749, '5.2'),
    revisions: REVISIONS,
    advice: 'Answer 400 unsupported_grant_type.',
    async run(context) {
      const form = { grant_type: 'mcpgw-no-such-grant' };
      const answer = await postForm(
        context.transport,
        await context.endpoint('token_endpoint'),
        await context.client(),
        form,
      );
      const codes = ['unsupported_grant_type', 'unauthorized_client', 'invalid_request'];
      return verdict(answer.status === 400 && codes.includes(String(errorOf(answer))), seenOf(answer));
    },
  },
  {
    id: 'auth.token.password-grant',
    title: 'The password grant is refused',
    level: 'MUST',
    clause: rfc(9700, '2.4'),
    revisions: REVISIONS,
    advice: 'Do not offer grant_type=password.',
    async run(context) {
      const form = { grant_type: 'password', username: 'mcpgw', password: 'mcpgw' };
      const answer = await postForm(
        context.transport,
        await context.endpoint('token_endpoint'),
        await context.client(),
        form,
      );
      const codes = ['unsupported_grant_type', 'unauthorized_client', 'invalid_request'];
      return verdict(answer.status === 400 && codes.includes(String(errorOf(answer))), seenOf(answer));
    },
  },
  {
    id: 'auth.token.get-refused',
    title: 'GET on the token endpoint is refused',
    level: 'MUST',
    clause: rfc(6749, '3.2'),
    revisions: REVISIONS,
    advice: 'Answer GET with 405 (or 404): parameters in URLs end up in logs.',
    async run(context) {
      await context.challenge();
      const url = new URL(await context.endpoint('token_endpoint'));
      url.searchParams.set('grant_type', 'authorization_code');
      const answer = await context.transport({ method: 'GET', url: url.href });
      return verdict(answer.status >= 400 && answer.status < 500, seenOf(answer));
    },
  },
  {
    id: 'auth.token.bad-refresh',
    title: 'An unknown refresh token is answered with 400 invalid_grant',
    level: 'MUST',
    clause: rfc(6749, '5.2'),
    revisions: REVISIONS,
    advice: 'Answer invalid_grant: it is what makes a client ask the person to sign in again.',
    async run(context) {
      const form = { grant_type: 'refresh_token', refresh_token: 'mcpgw-no-such-token' };
      const answer = await postForm(
        context.transport,
        await context.endpoint('token_endpoint'),
        await context.client(),
        form,
      );
      return verdict(answer.status === 400 && errorOf(answer) === 'invalid_grant', seenOf(answer));
    },
  },
  {
    id: 'auth.revoke.unknown',
    title: 'Revoking an unknown token is answered with 200',
    level: 'MUST',
    clause: rfc(7009, '2.2'),
    revisions: REVISIONS,
    advice: 'Answer 200 whether there was such a token or not.',
    async run(context) {
      const { revocation_endpoint: named } = (await context.server()).metadata;
      if (typeof named !== 'string') return skip('This server revokes no tokens.');
      const url = await context.endpoint('revocation_endpoint');
      const answer = await postForm(context.transport, url, await context.client(), {
        token: 'mcpgw-no-such-token',
      });
      return verdict(answer.status === 200, seenOf(answer));
    },
  },
];
