import { setTimeout as delay } from 'node:timers/promises';
import { postForm, readTokens } from '../../../oauth/client.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import { rfc, spec, type Check } from '../../check.ts';
import { REVISIONS, skip, verdict, type Verdict } from '../../types.ts';
import type { AuthContext, Grant } from './types.ts';
import { isRefused, tokenRequest } from './grant.ts';
import { seenOf } from './token.ts';

const SINCE_RESOURCE = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;

const refresh = async (
  context: AuthContext,
  { client }: Grant,
  refreshToken: string,
  more: Record<string, string> = {},
): Promise<HttpAnswer> =>
  tokenRequest(context, client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...more });

/** Runs where the grant came with a refresh token. */
const refreshing =
  (run: (context: AuthContext, grant: Grant, refreshToken: string) => Promise<Verdict>) =>
  async (context: AuthContext): Promise<Verdict> => {
    const { tokens } = await context.acceptedGrant();
    if (tokens.refreshToken === undefined) return skip('No refresh token was issued.');
    const grant = await context.freshGrant();
    return grant.tokens.refreshToken === undefined
      ? skip('No refresh token was issued.')
      : run(context, grant, grant.tokens.refreshToken);
  };

/** Refresh tokens and revocation; each check signs in for itself. */
export const refreshChecks: Check<AuthContext>[] = [
  {
    id: 'auth.refresh.works',
    title: 'A refresh token gives a new access token that the endpoint accepts',
    level: 'MUST',
    clause: rfc(6749, '6'),
    revisions: REVISIONS,
    advice: 'Answer 200 with a new access token for the same audience.',
    run: refreshing(async (context, grant, refreshToken) => {
      const answer = await refresh(context, grant, refreshToken, { resource: grant.discovered.resource });
      if (answer.status !== 200) return verdict(false, seenOf(answer));
      const reply = await context.call(readTokens(answer).accessToken);
      return verdict(
        reply.status !== 401 && reply.status !== 403,
        `The new token was answered with HTTP ${reply.status}.`,
      );
    }),
  },
  {
    id: 'auth.refresh.without-resource',
    title: 'A refresh without resource keeps the audience that was granted',
    level: 'SHOULD',
    clause: rfc(8707, '2.2'),
    revisions: SINCE_RESOURCE,
    advice:
      'Use the granted resource when the refresh request names none: the Go SDK sends neither resource nor scope.',
    run: refreshing(async (context, grant, refreshToken) => {
      const answer = await refresh(context, grant, refreshToken);
      // Whether a refresh works at all is told by another check.
      const control = answer.status === 200 ? await context.call(readTokens(answer).accessToken) : undefined;
      return verdict(
        control !== undefined && control.status !== 401 && control.status !== 403,
        control ? `HTTP ${control.status}` : seenOf(answer),
      );
    }),
  },
  {
    id: 'auth.refresh.rotates',
    title: 'A refresh token of a public client is rotated',
    level: 'MUST',
    clause: spec(
      'basic/authorization#token-theft',
      'basic/authorization/security-considerations#token-theft',
    ),
    revisions: SINCE_RESOURCE,
    advice: 'Issue a new refresh token with each refresh and retire the old one.',
    run: refreshing(async (context, grant, refreshToken) => {
      const answer = await refresh(context, grant, refreshToken, { resource: grant.discovered.resource });
      if (answer.status !== 200) return skip('The refresh was refused.');
      const next = readTokens(answer).refreshToken;
      return verdict(
        next !== undefined && next !== refreshToken,
        next === undefined
          ? 'No new refresh token came.'
          : next === refreshToken
            ? 'The same refresh token came back.'
            : 'A new one came.',
      );
    }),
  },
  {
    id: 'auth.refresh.reuse',
    title: 'A refresh token is dead once its successor was used',
    level: 'SHOULD',
    clause: rfc(9700, '4.14.2'),
    revisions: SINCE_RESOURCE,
    advice:
      'Refuse a used refresh token, at the latest when its successor has been used, and revoke the grant.',
    run: refreshing(async (context, grant, refreshToken) => {
      const first = await refresh(context, grant, refreshToken, { resource: grant.discovered.resource });
      const next = first.status === 200 ? readTokens(first).refreshToken : undefined;
      if (next === undefined || next === refreshToken) return skip('Refresh tokens are not rotated.');
      await refresh(context, grant, next, { resource: grant.discovered.resource });
      return isRefused(await refresh(context, grant, refreshToken, { resource: grant.discovered.resource }));
    }),
  },
  {
    id: 'auth.refresh.other-client',
    title: "A client does not use another client's refresh token",
    level: 'MUST',
    clause: rfc(6749, '6'),
    revisions: REVISIONS,
    advice: 'Bind the refresh token to the client that it was issued to.',
    run: refreshing(async (context, grant, refreshToken) => {
      const client = await context.client();
      return isRefused(await refresh(context, { ...grant, client }, refreshToken));
    }),
  },
  {
    id: 'auth.revoke.access-token',
    title: 'A revoked access token is refused within three seconds',
    level: 'MUST',
    clause: rfc(7009, '2'),
    revisions: REVISIONS,
    advice: 'Tell the resource servers of a revocation, or let them ask.',
    async run(context) {
      await context.acceptedGrant();
      if (typeof (await context.server()).metadata['revocation_endpoint'] !== 'string')
        return skip('This server revokes no tokens.');
      const { client, tokens } = await context.freshGrant();
      const url = await context.endpoint('revocation_endpoint');
      const answer = await postForm(context.transport, url, client, { token: tokens.accessToken });
      for (let tries = 0; tries < 6; tries += 1) {
        const reply = await context.call(tokens.accessToken);
        if (reply.status === 401) return verdict(true, `Revocation: ${seenOf(answer)}; then HTTP 401.`);
        await delay(500);
      }
      return verdict(
        false,
        `Revocation: ${seenOf(answer)}; the token was still accepted three seconds later.`,
      );
    },
  },
  {
    id: 'auth.revoke.refresh-token',
    title: 'A revoked refresh token is dead',
    level: 'MUST',
    clause: rfc(7009, '2.1'),
    revisions: REVISIONS,
    advice: 'Invalidate the refresh token, and what was issued with it.',
    run: refreshing(async (context, grant, refreshToken) => {
      if (typeof grant.discovered.server['revocation_endpoint'] !== 'string')
        return skip('This server revokes no tokens.');
      const url = await context.endpoint('revocation_endpoint');
      await postForm(context.transport, url, grant.client, {
        token: refreshToken,
        token_type_hint: 'refresh_token',
      });
      return isRefused(await refresh(context, grant, refreshToken));
    }),
  },
];
