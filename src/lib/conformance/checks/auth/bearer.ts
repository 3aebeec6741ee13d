import { parseChallenges } from '../../../oauth/challenge.ts';
import { rfc, spec, type Check } from '../../check.ts';
import { describe, type Reply } from '../../mcp/reply.ts';
import { REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import type { AuthContext } from './types.ts';

const HANDLING = spec('basic/authorization#token-handling');
const AUDIENCE = spec(
  'basic/authorization#token-audience-binding-and-validation',
  'basic/authorization/security-considerations#token-audience-binding-and-validation',
);

const refused = (reply: Reply): Verdict => verdict(reply.status === 401, describe(reply));

/** A token that must not be accepted, made from the valid one. */
const badToken = (
  check: Pick<Check<AuthContext>, 'id' | 'title' | 'advice'>,
  spoil: (token: string) => string | undefined,
): Check<AuthContext> => ({
  ...check,
  level: 'MUST',
  clause: HANDLING,
  revisions: REVISIONS,
  async run(context) {
    const token = await context.validToken();
    const spoilt = spoil(token);
    return spoilt === undefined ? skip('The token is opaque.') : refused(await context.call(spoilt));
  },
});

/** Changes one character in the middle of a text, to another one of the same alphabet. */
function flip(text: string): string {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

const parts = (token: string): [string, string, string] | undefined => {
  const [header, payload, signature, ...more] = token.split('.');
  return header && payload && signature && more.length === 0 ? [header, payload, signature] : undefined;
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** How the endpoint treats tokens. */
export const bearerChecks: Check<AuthContext>[] = [
  {
    id: 'auth.bearer.valid',
    title: 'A valid token is accepted',
    level: 'MUST',
    clause: HANDLING,
    revisions: REVISIONS,
    advice: 'Look at the error of the challenge: audience, expiry or scope do not fit.',
    async run(context) {
      await context.challenge();
      const token = context.options.token ?? (await context.validToken());
      const reply = await context.call(token);
      return verdict(reply.status !== 401 && reply.response !== undefined, describe(reply));
    },
  },
  {
    id: 'auth.bearer.garbage',
    title: 'A token that is none is refused with 401',
    level: 'MUST',
    clause: HANDLING,
    revisions: REVISIONS,
    advice: 'Answer 401 to tokens that cannot be read.',
    async run(context) {
      await context.validToken();
      return refused(await context.call('mcpgw-no-such-token'));
    },
  },
  {
    id: 'auth.bearer.invalid-token-error',
    title: 'The challenge to a bad token says invalid_token',
    level: 'SHOULD',
    clause: rfc(6750, '3.1'),
    revisions: REVISIONS,
    advice: 'Put error="invalid_token" into the challenge: it tells the client to refresh.',
    async run(context) {
      await context.validToken();
      const reply = await context.call('mcpgw-no-such-token');
      if (reply.status !== 401) return skip('A bad token is not refused with 401.');
      const header = reply.headers['www-authenticate'] ?? '';
      const error = parseChallenges(header)[0]?.params.get('error');
      return verdict(error === 'invalid_token', `WWW-Authenticate: ${header || 'absent'}`);
    },
  },
  badToken(
    {
      id: 'auth.bearer.tampered-signature',
      title: 'A token with another signature is refused with 401',
      advice: 'Verify the signature of every token, cached or not.',
    },
    (token) => {
      const split = parts(token);
      return split && [split[0], split[1], flip(split[2])].join('.');
    },
  ),
  badToken(
    {
      id: 'auth.bearer.tampered-claims',
      title: 'A token with changed claims is refused with 401',
      advice: 'Verify the signature over the claims that are used.',
    },
    (token) => {
      const split = parts(token);
      return (
        split && [split[0], encode({ ...decode(split[1]), sub: 'mcpgw-somebody-else' }), split[2]].join('.')
      );
    },
  ),
  badToken(
    {
      id: 'auth.bearer.unsigned',
      title: 'A token with alg none is refused with 401',
      advice: 'Accept the algorithms that you issue, and no other.',
    },
    (token) => {
      const split = parts(token);
      return split && `${encode({ ...decode(split[0]), alg: 'none' })}.${split[1]}.`;
    },
  ),
  {
    id: 'auth.bearer.other-audience',
    title: 'A token for another resource is refused with 401',
    level: 'MUST',
    clause: AUDIENCE,
    revisions: REVISIONS,
    advice: 'Compare aud with the URL of this endpoint.',
    async run(context) {
      await context.validToken();
      const token = context.options.foreign?.otherAudience;
      return token === undefined
        ? skip('There is no token of another resource to try.')
        : refused(await context.call(token));
    },
  },
  {
    id: 'auth.bearer.expired',
    title: 'An expired token is refused with 401',
    level: 'MUST',
    clause: HANDLING,
    revisions: REVISIONS,
    advice: 'Check exp.',
    async run(context) {
      await context.validToken();
      const token = context.options.foreign?.expired;
      return token === undefined
        ? skip('There is no expired token to try.')
        : refused(await context.call(token));
    },
  },
  {
    id: 'auth.bearer.query',
    title: 'A token in the query string is not accepted',
    level: 'MUST',
    clause: spec('basic/authorization#token-requirements', 'basic/authorization#token-requirements'),
    revisions: REVISIONS,
    advice: 'Read the token from the Authorization header only.',
    async run(context) {
      const token = await context.validToken();
      const url = new URL(context.url);
      url.searchParams.set('access_token', token);
      const reply = await context.callAt(url.href);
      return verdict(reply.status === 401 || reply.status === 400, `HTTP ${reply.status}`);
    },
  },
  {
    id: 'auth.bearer.scheme-case',
    title: 'The scheme bearer is accepted in any case',
    level: 'MUST',
    clause: () => 'https://www.rfc-editor.org/rfc/rfc9110#section-11.1',
    revisions: REVISIONS,
    advice: 'Compare the authentication scheme without regard to case.',
    async run(context) {
      const token = await context.validToken();
      const reply = await context.call(undefined, { headers: { authorization: `bearer ${token}` } });
      return verdict(reply.status !== 401, describe(reply));
    },
  },
  {
    id: 'auth.bearer.other-scheme',
    title: 'A token under another scheme is refused with 401',
    level: 'MUST',
    clause: rfc(6750, '2.1'),
    revisions: REVISIONS,
    advice: 'Accept tokens under the scheme Bearer only.',
    async run(context) {
      const token = await context.validToken();
      return refused(await context.call(undefined, { headers: { authorization: `Basic ${token}` } }));
    },
  },
  {
    id: 'auth.bearer.session-is-no-token',
    title: 'A session id does not stand in for a token',
    level: 'MUST',
    clause: () =>
      'https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices#session-hijacking',
    revisions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
    advice: 'Check the token on every request; sessions authenticate nobody.',
    async run(context) {
      const link = context.legacyLink(await context.validToken());
      try {
        const session = await link.session();
        if (session.id === undefined) return skip('This server has no sessions.');
        const headers = { authorization: undefined };
        return refused(await session.request('ping', undefined, { headers }));
      } finally {
        await link.close();
      }
    },
  },
];
