import { clientMetadata, postForm, readTokens, register, unregister } from './client.ts';
import { endpoint } from './discovery.ts';
import type { HttpAnswer } from './http.ts';
import { listenForCallback } from './loopback.ts';
import { OAuthError } from './oauth-error.ts';
import { authorize, discover, redemption, type Visit } from './sign-in.ts';
import type { Transport } from './transport.ts';

export interface WalkOptions {
  /** The MCP endpoint. */
  url: string;
  transport: Transport;
  visit: Visit;
  /** How long the sign-in may take. */
  timeoutMs: number;
  /** Told of each step before it is taken: its title, and what it is for. */
  onStep: (title: string, purpose: string) => void;
}

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcpgw', version: '1' } },
});

/**
 * Walks the whole authorization flow of MCP as a client does, from the first refusal to a revoked token.
 * @throws OAuthError at the step that fails
 */
export async function walkFlow({ url, transport, visit, timeoutMs, onStep }: WalkOptions): Promise<void> {
  const call = (token?: string): Promise<HttpAnswer> =>
    transport({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: INITIALIZE,
    });

  onStep(
    'Ask without a token',
    'The server refuses, and its challenge says where to go on (RFC 6750, RFC 9728).',
  );
  const refused = await call();
  if (refused.status !== 401)
    throw new OAuthError('discovery', `the server answered with HTTP ${refused.status}, not with 401`);

  onStep(
    'Find the authorization server',
    'The resource names its issuer, the issuer its endpoints (RFC 9728, RFC 8414).',
  );
  const found = await discover(transport, url, refused.headers['www-authenticate']);
  const { server } = found;

  const loopback = await listenForCallback();
  try {
    onStep('Register a client', 'The client introduces itself and says where it listens (RFC 7591).');
    const client = await register(
      transport,
      endpoint(server, 'registration_endpoint'),
      clientMetadata([loopback.redirectUri], 'mcpgw test auth-flow'),
    );
    try {
      onStep(
        'Let a person sign in and agree',
        'PKCE binds the code to this client, resource the token to this server (RFC 7636, RFC 8707).',
      );
      const authorization = await authorize(found, client, loopback, visit, { timeoutMs, checkIssuer: true });

      onStep('Redeem the code', 'The code and the PKCE verifier become tokens (OAuth 2.1 section 4.1.3).');
      const tokens = readTokens(await redemption(transport, found, client, authorization));

      onStep('Ask with the token', 'The same request as in the beginning, now let in.');
      requireServed(await call(tokens.accessToken));

      let { accessToken } = tokens;
      if (tokens.refreshToken !== undefined) {
        onStep(
          'Refresh',
          'A new access token without a person, and a new refresh token (OAuth 2.1 section 4.3).',
        );
        const form = {
          grant_type: 'refresh_token',
          refresh_token: tokens.refreshToken,
          resource: found.resource,
        };
        ({ accessToken } = readTokens(
          await postForm(transport, endpoint(server, 'token_endpoint'), client, form),
        ));
        requireServed(await call(accessToken));
      }

      if (typeof server['revocation_endpoint'] === 'string') {
        onStep('Revoke', 'The token is worth nothing from now on (RFC 7009).');
        await postForm(transport, endpoint(server, 'revocation_endpoint'), client, { token: accessToken });
        const after = await call(accessToken);
        if (after.status !== 401)
          throw new OAuthError('revocation', `the revoked token was answered with HTTP ${after.status}`);
      }
    } finally {
      onStep('Clean up', 'The registration is removed again (RFC 7592).');
      await unregister(transport, client);
    }
  } finally {
    await loopback.close();
  }
}

function requireServed({ status }: HttpAnswer): void {
  if (status < 200 || status > 299)
    throw new OAuthError('token', `the server answered the token with HTTP ${status}`);
}
