import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import type { JSONWebKeySet } from '../../src/index.ts';
import { ISSUER } from './native.ts';

export interface TestIssuer {
  jwks: JSONWebKeySet;
  /** A good access token for `audience`, but for what is changed. */
  sign(audience: string, claims?: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

/** An authorization server's key, and tokens made with it. */
export async function createTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const now = Math.floor(Date.now() / 1000);
  return {
    jwks: { keys: [jwk] } as JSONWebKeySet,
    sign: (audience, claims = {}, header = {}) =>
      new SignJWT({
        iss: ISSUER,
        sub: 'local:owner',
        aud: audience,
        client_id: 'client-1',
        scope: 'mcp',
        iat: now,
        exp: now + 600,
        jti: 'token-1',
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
        .sign(privateKey),
  };
}
