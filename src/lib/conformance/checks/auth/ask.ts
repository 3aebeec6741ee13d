import { authorizationUrl, createPkce } from '../../../oauth/client.ts';
import type { HttpAnswer } from '../../../oauth/http.ts';
import type { AuthContext } from './types.ts';

export const STATE = 'mcpgw-state';

/** Sends an authorization request with some parameters changed; nobody signs in. */
export async function ask(
  context: AuthContext,
  change: Record<string, string | undefined> = {},
): Promise<{ answer: HttpAnswer; back: URL | undefined }> {
  const client = await context.client();
  const { resource, scope } = await context.discovered();
  const url = new URL(
    authorizationUrl({
      endpoint: await context.endpoint('authorization_endpoint'),
      clientId: client.clientId,
      redirectUri: client.redirectUri,
      state: STATE,
      challenge: createPkce().challenge,
      resource,
      ...(scope === undefined ? {} : { scope }),
    }),
  );
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  const answer = await context.transport({ method: 'GET', url: url.href, headers: { accept: 'text/html' } });
  return { answer, back: backToClient(answer, change['redirect_uri'] ?? client.redirectUri) };
}

/** Where the answer sends the browser, when that is the client: by a redirect, or by a page that refreshes. */
function backToClient(answer: HttpAnswer, redirectUri: string): URL | undefined {
  const refresh = /http-equiv="refresh"[^>]+content="[^"]*?url=([^"]+)"/i
    .exec(answer.text)?.[1]
    ?.replaceAll('&amp;', '&');
  const target = answer.headers['location'] ?? refresh;
  if (target === undefined || !URL.canParse(target)) return undefined;
  const to = new URL(target);
  const client = new URL(redirectUri);
  // Errors of the implicit grant come in the fragment (RFC 6749 section 4.2.2.1).
  for (const [name, value] of new URLSearchParams(to.hash.slice(1))) to.searchParams.append(name, value);
  return to.protocol === client.protocol && to.host === client.host && to.pathname === client.pathname
    ? to
    : undefined;
}

export const seen = ({ answer, back }: { answer: HttpAnswer; back: URL | undefined }): string => {
  const { error, error_description: more } = Object.fromEntries(back?.searchParams ?? []);
  return back
    ? `redirect to the client with ${[error ?? 'no error', more].filter(Boolean).join(', ')}`
    : `HTTP ${answer.status}, no redirect to the client`;
};

/**
 * The control of this endpoint: an ordinary request reaches a page or the client, not an error.
 * @returns what is wrong, undefined when nothing is
 */
export async function refusedAuthorization(context: AuthContext): Promise<string | undefined> {
  const asked = await ask(context);
  const failed = asked.back ? asked.back.searchParams.has('error') : asked.answer.status >= 400;
  return failed ? `an ordinary authorization request was refused too (${seen(asked)})` : undefined;
}
