import { createHash, randomBytes } from 'node:crypto';
import { person } from '../../../../test/support/oauth/person.ts';
import { SIGN_IN_CODE, type TestGateway } from './gateway.ts';

export const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> => decodePart(token, 1);

export const headerOf = (token: string): Record<string, unknown> => decodePart(token, 0);

function decodePart(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, string>;
}

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
  return { status: response.status, headers: response.headers, body };
};

export const post = async (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  read(await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers }));

export const register = async (
  gateway: TestGateway,
  metadata: object,
  headers: Record<string, string> = {},
) =>
  read(
    await fetch(`${gateway.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(metadata),
    }),
  );

export interface Tokens {
  access: string;
  refresh: string;
}

/** A public client that takes every step by hand, so that a test can take one of them wrongly. */
export class TestClient {
  readonly gateway: TestGateway;
  readonly id: string;
  readonly redirectUri: string;
  readonly verifier = randomBytes(32).toString('base64url');
  readonly #agent = person({ signInCode: SIGN_IN_CODE });
  readonly #denying = person({ signInCode: SIGN_IN_CODE, answer: 'Deny' });

  constructor(gateway: TestGateway, id: string, redirectUri = REDIRECT_URI) {
    this.gateway = gateway;
    this.id = id;
    this.redirectUri = redirectUri;
  }

  static async register(gateway: TestGateway, metadata: object = {}): Promise<TestClient> {
    const { status, body } = await register(gateway, {
      client_name: 'Test client',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    });
    if (status !== 201) throw new Error(`registration: ${status} ${JSON.stringify(body)}`);
    const [redirectUri] = body['redirect_uris'] as unknown as string[];
    return new TestClient(gateway, body['client_id'] ?? '', redirectUri);
  }

  /** @param change parameters to set; undefined takes one away */
  authorizationUrl(change: Record<string, string | undefined> = {}): URL {
    const url = new URL(`${this.gateway.issuer}/authorize`);
    const parameters: Record<string, string | undefined> = {
      client_id: this.id,
      response_type: 'code',
      redirect_uri: this.redirectUri,
      state: 'the-state',
      scope: 'mcp',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: this.gateway.resource('echo'),
      ...change,
    };
    for (const [name, value] of Object.entries(parameters))
      if (value !== undefined) url.searchParams.set(name, value);
    return url;
  }

  /** Goes through sign-in and consent. @returns the parameters of the redirect back */
  async authorize(change: Record<string, string | undefined> = {}): Promise<URLSearchParams> {
    return (await this.#agent(this.authorizationUrl(change))).searchParams;
  }

  async deny(change: Record<string, string | undefined> = {}): Promise<URLSearchParams> {
    return (await this.#denying(this.authorizationUrl(change))).searchParams;
  }

  async code(change: Record<string, string | undefined> = {}): Promise<string> {
    const parameters = await this.authorize(change);
    const code = parameters.get('code');
    if (code === null) throw new Error(`no code: ${parameters.toString()}`);
    return code;
  }

  exchange(code: string, change: Record<string, string> = {}): Promise<Answer> {
    return post(`${this.gateway.issuer}/token`, {
      grant_type: 'authorization_code',
      client_id: this.id,
      code,
      code_verifier: this.verifier,
      redirect_uri: this.redirectUri,
      ...change,
    });
  }

  refresh(token: string, change: Record<string, string> = {}): Promise<Answer> {
    const form = { grant_type: 'refresh_token', client_id: this.id, refresh_token: token };
    return post(`${this.gateway.issuer}/token`, { ...form, ...change });
  }

  async tokens(change: Record<string, string | undefined> = {}): Promise<Tokens> {
    const { status, body } = await this.exchange(await this.code(change));
    if (status !== 200) throw new Error(`token: ${status} ${JSON.stringify(body)}`);
    return { access: body['access_token'] ?? '', refresh: body['refresh_token'] ?? '' };
  }

  /** What the gateway says of a token (RFC 7662). */
  introspect(token: string): Promise<Answer> {
    return post(`${this.gateway.issuer}/introspect`, { client_id: this.id, token });
  }

  revoke(token: string, change: Record<string, string> = {}): Promise<Answer> {
    return post(`${this.gateway.issuer}/revoke`, { client_id: this.id, token, ...change });
  }

  async isActive(token: string): Promise<boolean> {
    return (await this.introspect(token)).body['active'] as unknown as boolean;
  }
}
