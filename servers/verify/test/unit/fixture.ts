import { createLog, type JSONWebKeySet } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { createVerify, type Decision, type Verify } from '../../src/index.ts';

export const ISSUER = 'http://localhost:8080';
export const METADATA = `${ISSUER}/.well-known/oauth-protected-resource/echo/mcp`;

export const mcpRoute = (service: string, rest: Partial<McpRoute> = {}): McpRoute => ({
  kind: 'mcp',
  id: service,
  url: `${ISSUER}/${service}/mcp`,
  service,
  title: service,
  resource: `${ISSUER}/${service}/mcp`,
  aliases: [],
  metadataUrl: `${ISSUER}/.well-known/oauth-protected-resource/${service}/mcp`,
  auth: true,
  scope: 'mcp',
  scopes: ['mcp'],
  token: 'strip',
  upstreams: [`inprocess:${service}`],
  policy: [],
  ...rest,
});

export const table = (...routes: McpRoute[]): RouteTable => ({
  version: 1,
  issuer: ISSUER,
  origins: [ISSUER],
  corsOrigins: [],
  routes,
});

export interface Signer {
  kid: string;
  key: CryptoKey;
  jwk: JSONWebKeySet['keys'][number];
}

export async function createSigner(kid: string, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } as Signer['jwk'];
  return { kid, key: privateKey, jwk };
}

/** A verify with a clock, a key set and a store that the test moves. */
export class Bench {
  now = Date.parse('2026-11-24T12:00:00Z');
  table = table(mcpRoute('echo'), mcpRoute('fetch'));
  keys: JSONWebKeySet;
  keyLoads = 0;
  storeReads = 0;
  readonly revoked = new Set<string>();
  readonly listeners = new Set<(jti: string) => void>();
  readonly verify: Verify;
  readonly signer: Signer;

  static async create(): Promise<Bench> {
    return new Bench(await createSigner('key-1'));
  }

  private constructor(signer: Signer) {
    this.signer = signer;
    this.keys = { keys: [signer.jwk] };
    this.verify = createVerify({
      issuer: ISSUER,
      routes: () => this.table,
      jwks: () => {
        this.keyLoads += 1;
        return this.keys;
      },
      revocations: {
        isActive: (jti) => {
          this.storeReads += 1;
          return this.isActive(jti);
        },
        subscribe: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      log: createLog('verify', 'silent'),
      now: () => this.now,
    });
  }

  isActive = (jti: string): Promise<boolean> => Promise.resolve(!this.revoked.has(jti));

  revoke(jti: string): void {
    this.revoked.add(jti);
    for (const listener of this.listeners) listener(jti);
  }

  token(
    claims: JWTPayload = {},
    header: Record<string, unknown> = {},
    signer = this.signer,
  ): Promise<string> {
    const seconds = Math.floor(this.now / 1000);
    return new SignJWT({
      iss: ISSUER,
      sub: 'local:owner',
      aud: `${ISSUER}/echo/mcp`,
      client_id: 'client-1',
      scope: 'mcp',
      jti: 'token-1',
      iat: seconds,
      exp: seconds + 900,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signer.kid, ...header })
      .sign(signer.key);
  }

  check(token: string | undefined, route = 'echo'): Decision | Promise<Decision> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.verify.check(route, headers, METADATA);
  }
}

/** What a client sees of a decision: `200`, or status and error word. */
export function seen(decision: Decision): string {
  if (decision.allowed) return '200';
  return `${decision.status} ${(JSON.parse(decision.body) as { error: string }).error}`;
}
