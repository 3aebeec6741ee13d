import type { AccessToken, ClientCredentials } from 'oidc-provider';
import type Provider from 'oidc-provider';

/** The client id of tokens that the owner makes at the command line. */
export const CLI_CLIENT_ID = 'mcpgw-cli';

/**
 * Files a structured access token under its id, as the library files opaque ones, so that it can be revoked, alone or with
 * its grant. Runs before the token is signed.
 * @param claims what will be signed
 */
export async function recordAccessToken(
  token: AccessToken | ClientCredentials,
  claims: Record<string, unknown>,
): Promise<void> {
  const { jti, iat, exp, aud, scope } = claims as { jti: string; iat: number; exp: number } & typeof claims;
  const { kind, clientId, extra } = token;
  const { accountId, grantId, gty } = token as AccessToken;
  const record = { kind, jti, iat, exp, aud, scope, clientId, accountId, grantId, gty, extra };
  await (token as unknown as { adapter: Adapter }).adapter.upsert(jti, record, exp - iat);
}

/**
 * Draws the ids of access tokens anew until they begin with a letter or digit: people give them to a command line, which
 * takes what begins with a dash for a flag.
 */
export function drawPlainTokenIds({ AccessToken }: Provider): void {
  const prototype = AccessToken.prototype as unknown as { generateTokenId: (this: unknown) => string };
  const { generateTokenId } = prototype;
  prototype.generateTokenId = function () {
    for (;;) {
      const id = generateTokenId.call(this);
      if (/^[A-Za-z0-9]/.test(id)) return id;
    }
  };
}

interface Adapter {
  upsert(id: string, payload: object, expiresIn: number): Promise<void>;
}

export interface TokenOrder {
  principal: string;
  audience: readonly string[];
  scope: string;
  /** Seconds. */
  ttl: number;
}

/**
 * Makes an access token for the owner: the same claims, key and record as any other, but no grant behind it.
 * @returns the signed token
 */
export async function issueOwnerToken(provider: Provider, order: TokenOrder): Promise<string> {
  const client = await provider.Client.find(CLI_CLIENT_ID);
  const [first] = order.audience;
  if (client === undefined || first === undefined)
    throw new Error('there is no client or audience for the token');
  const token = new provider.AccessToken({
    accountId: order.principal,
    client,
    scope: order.scope,
    expiresIn: order.ttl,
    gty: 'command line',
  } as unknown as ConstructorParameters<typeof provider.AccessToken>[0]);
  token.resourceServer = new provider.ResourceServer(first, {
    scope: order.scope,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  });
  token.aud = order.audience.length === 1 ? first : [...order.audience];
  return token.save();
}
