import { clientMetadata, postRegistration } from '../../../oauth/client.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import { jsonObject } from '../../../oauth/transport.ts';
import { rfc, type Check } from '../../check.ts';
import { NotApplicable } from '../../run-check.ts';
import { REVISIONS, skip, verdict } from '../../types.ts';
import { blocked, UNUSED_REDIRECT } from './context.ts';
import type { AuthContext } from './types.ts';

/** What was seen of an answer: never a secret. */
export const seen = (answer: HttpAnswer): string => {
  const { error, error_description: more } = jsonObject(answer.text) ?? {};
  return [`HTTP ${answer.status}`, error, more]
    .filter((part) => part !== undefined)
    .map(String)
    .join(', ');
};

/** Registers, remembers what is to be removed, and gives the raw answer. */
export async function attempt(context: AuthContext, metadata: Record<string, unknown>): Promise<HttpAnswer> {
  const answer = await postRegistration(context.transport, await registrationEndpoint(context), metadata);
  const body = jsonObject(answer.text);
  const { registration_client_uri: url, registration_access_token: token } = body ?? {};
  if (answer.status < 300 && typeof url === 'string' && typeof token === 'string') {
    await context.transport({ method: 'DELETE', url, headers: { authorization: `Bearer ${token}` } });
  }
  return answer;
}

async function registrationEndpoint(context: AuthContext): Promise<string> {
  const url = (await context.server()).metadata['registration_endpoint'];
  if (typeof url !== 'string') throw new NotApplicable('This server registers no clients.');
  return context.endpoint('registration_endpoint');
}

/** The answer to the registration of an ordinary public client, looked at by several checks. */
export const ordinaryAnswer = (context: AuthContext): Promise<HttpAnswer> =>
  context.once('registration', () =>
    attempt(context, clientMetadata([UNUSED_REDIRECT], 'mcpgw-conformance')),
  );

export const accepted = (answer: HttpAnswer): boolean => answer.status >= 200 && answer.status <= 202;

/** The registration of an ordinary client, as the server returned it. */
export const body = async (context: AuthContext): Promise<Record<string, unknown>> => {
  const answer = await ordinaryAnswer(context);
  const registered = jsonObject(answer.text);
  if (!accepted(answer) || typeof registered?.['client_id'] !== 'string')
    throw blocked('auth.register.answer');
  return registered;
};

/** Dynamic client registration (RFC 7591). */
export const registrationChecks: Check<AuthContext>[] = [
  {
    id: 'auth.register.answer',
    title: 'A public client with a loopback redirect can be registered',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Answer 201 with client_id.',
    async run(context) {
      const answer = await ordinaryAnswer(context);
      const id = jsonObject(answer.text)?.['client_id'];
      return verdict(accepted(answer) && typeof id === 'string', seen(answer));
    },
  },
  {
    id: 'auth.register.status',
    title: 'A registration is answered with 201 (or 200)',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Answer 201 Created; the Go SDK takes nothing but 200 and 201.',
    async run(context) {
      const answer = await ordinaryAnswer(context);
      if (!accepted(answer)) return skip('No client can be registered at all.');
      return verdict(answer.status === 201 || answer.status === 200, `HTTP ${answer.status}`);
    },
  },
  {
    id: 'auth.register.no-store',
    title: 'The answer to a registration is not to be stored',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Send Cache-Control: no-store.',
    async run(context) {
      await body(context);
      const value = (await ordinaryAnswer(context)).headers['cache-control'] ?? '';
      return verdict(value.includes('no-store'), `Cache-Control: ${value || 'absent'}`);
    },
  },
  {
    id: 'auth.register.echo-redirects',
    title: 'The answer to a registration repeats redirect_uris',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Return all registered metadata; the Rust SDK needs redirect_uris.',
    async run(context) {
      const { redirect_uris: uris } = await body(context);
      return verdict(
        Array.isArray(uris) && uris.includes(UNUSED_REDIRECT),
        `redirect_uris: ${JSON.stringify(uris ?? null)}`,
      );
    },
  },
  {
    id: 'auth.register.echo-auth-method',
    title: 'The answer to a registration repeats token_endpoint_auth_method',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Return token_endpoint_auth_method; the Go SDK assumes Basic without it.',
    async run(context) {
      const { token_endpoint_auth_method: method } = await body(context);
      return verdict(method === 'none', `token_endpoint_auth_method: ${JSON.stringify(method ?? null)}`);
    },
  },
  {
    id: 'auth.register.no-secret',
    title: 'A public client gets no secret',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Issue no client_secret to a client that registers with the method none.',
    async run(context) {
      const { client_secret: secret } = await body(context);
      return verdict(
        secret === undefined,
        secret === undefined ? 'There is no client_secret.' : 'There is a client_secret.',
      );
    },
  },
  {
    id: 'auth.register.issued-at',
    title: 'client_id_issued_at is a number',
    level: 'MUST',
    clause: rfc(7591, '3.2.1'),
    revisions: REVISIONS,
    advice: 'Send seconds since 1970 as a JSON number, or nothing.',
    async run(context) {
      const { client_id_issued_at: at } = await body(context);
      return verdict(
        at === undefined || typeof at === 'number',
        `client_id_issued_at: ${JSON.stringify(at ?? null)}`,
      );
    },
  },
  {
    id: 'auth.register.management-uri',
    title: 'The answer to a registration says where it can be managed',
    level: 'SHOULD',
    clause: rfc(7592, '3'),
    revisions: REVISIONS,
    advice:
      'Return registration_client_uri and registration_access_token; Claude stops silently without them.',
    async run(context) {
      const { registration_client_uri: url, registration_access_token: token } = await body(context);
      return verdict(
        typeof url === 'string' && typeof token === 'string',
        `registration_client_uri: ${JSON.stringify(url ?? null)}`,
      );
    },
  },
  {
    id: 'auth.register.no-redirect',
    title: 'A registration without redirect_uris is refused',
    level: 'MUST',
    clause: rfc(7591, '2'),
    revisions: REVISIONS,
    advice: 'Answer 400 invalid_redirect_uri when the code flow has no redirect.',
    async run(context) {
      await body(context);
      const metadata = { ...clientMetadata([], 'mcpgw-conformance'), redirect_uris: undefined };
      const answer = await attempt(context, metadata);
      return verdict(answer.status === 400, seen(answer));
    },
  },
  {
    id: 'auth.register.malformed',
    title: 'A registration that is not JSON is refused with 400',
    level: 'MUST',
    clause: rfc(7591, '3.2.2'),
    revisions: REVISIONS,
    advice: 'Answer 400 with an error object; never 5xx.',
    async run(context) {
      const url = await registrationEndpoint(context);
      const headers = { 'content-type': 'application/json' };
      const answer = await context.transport({ method: 'POST', url, headers, body: '{"client_name":' });
      return verdict(answer.status >= 400 && answer.status < 500, seen(answer));
    },
  },
];
