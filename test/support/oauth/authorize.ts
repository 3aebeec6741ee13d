import { createHash, randomBytes } from 'node:crypto';
import type { UserAgent } from './person.ts';

export interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
}

/** An OAuth client by hand, for what no SDK would ask for: every request is one line of a test. */
export class HandClient {
  readonly clientId: string;
  readonly #issuer: string;
  readonly #redirectUri: string;

  private constructor(issuer: string, redirectUri: string, clientId: string) {
    this.#issuer = issuer;
    this.#redirectUri = redirectUri;
    this.clientId = clientId;
  }

  /**
   * Registers a client (RFC 7591).
   * @param redirectUri nobody need listen there; on https it is a web client, on loopback a native one
   */
  static async register(
    issuer: string,
    redirectUri = 'http://127.0.0.1:33418/callback',
  ): Promise<HandClient> {
    const response = await fetch(`${issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'by hand',
        redirect_uris: [redirectUri],
        application_type: redirectUri.startsWith('https:') ? 'web' : 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    });
    const { client_id: clientId } = await json<{ client_id: string }>(response);
    return new HandClient(issuer, redirectUri, clientId);
  }

  /** The code flow with PKCE for one resource (RFC 6749 section 4.1, RFC 7636, RFC 8707). */
  async authorize(resource: URL, agent: UserAgent): Promise<Tokens> {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL('/authorize', this.#issuer);
    url.search = new URLSearchParams({
      client_id: this.clientId,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      redirect_uri: this.#redirectUri,
      resource: resource.href,
      response_type: 'code',
      scope: 'mcp',
      state: 'by-hand',
    }).toString();
    const { searchParams } = await agent(url);
    const code = searchParams.get('code');
    if (code === null) throw new Error(`No code: ${searchParams.toString()}`);
    return this.#token({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: this.#redirectUri,
      resource: resource.href,
    });
  }

  /** RFC 6749 section 6. */
  refresh(refreshToken: string): Promise<Tokens> {
    return this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async #token(parameters: Record<string, string>): Promise<Tokens> {
    const body = new URLSearchParams({ client_id: this.clientId, ...parameters });
    return json(await fetch(`${this.#issuer}/token`, { method: 'POST', body }));
  }
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
