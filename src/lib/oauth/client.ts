import { createHash, randomBytes } from 'node:crypto';
import type { HttpAnswer } from './http.ts';
import { OAuthError, type OAuthStep } from './oauth-error.ts';
import { jsonObject, type Transport } from './transport.ts';

/** A client as registration returned it (RFC 7591 section 3.2.1). */
export interface Client {
  clientId: string;
  clientSecret?: string;
  /** RFC 7592: where and with what the registration can be managed. */
  managementUrl?: string;
  managementToken?: string;
}

export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  expiresIn?: number;
  scope?: string;
}

export interface Pkce {
  verifier: string;
  challenge: string;
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url');

/** A PKCE pair, S256 (RFC 7636 section 4). */
export function createPkce(): Pkce {
  const verifier = base64url(randomBytes(32));
  return { verifier, challenge: base64url(createHash('sha256').update(verifier).digest()) };
}

export const createState = (): string => base64url(randomBytes(16));

/** What a public native client registers. */
export const clientMetadata = (redirectUris: readonly string[], name: string): Record<string, unknown> => ({
  client_name: name,
  redirect_uris: redirectUris,
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
});

/** Sends a registration request and returns the raw answer. */
export const postRegistration = (
  transport: Transport,
  url: string,
  metadata: Record<string, unknown>,
): Promise<HttpAnswer> =>
  transport({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(metadata),
  });

/**
 * Registers a client (RFC 7591).
 * @throws OAuthError with the server's reason
 */
export async function register(
  transport: Transport,
  url: string,
  metadata: Record<string, unknown>,
): Promise<Client> {
  const answer = await postRegistration(transport, url, metadata);
  const body = jsonObject(answer.text);
  if (answer.status < 200 || answer.status > 202 || typeof body?.['client_id'] !== 'string')
    throw refusal('registration', answer);
  const { client_id, client_secret, registration_client_uri, registration_access_token } = body;
  return {
    clientId: client_id,
    ...(typeof client_secret === 'string' ? { clientSecret: client_secret } : {}),
    ...(typeof registration_client_uri === 'string' ? { managementUrl: registration_client_uri } : {}),
    ...(typeof registration_access_token === 'string' ? { managementToken: registration_access_token } : {}),
  };
}

/** Deletes a registration (RFC 7592 section 2.3), where the server lets clients do so. */
export async function unregister(
  transport: Transport,
  { managementUrl, managementToken }: Client,
): Promise<void> {
  if (managementUrl === undefined || managementToken === undefined) return;
  await transport({
    method: 'DELETE',
    url: managementUrl,
    headers: { authorization: `Bearer ${managementToken}` },
  });
}

export interface AuthorizationRequest {
  endpoint: string;
  clientId: string;
  redirectUri: string;
  state: string;
  challenge: string;
  resource?: string;
  scope?: string;
}

/** The URL that a person's browser is sent to (OAuth 2.1 section 4.1.1, RFC 8707). */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = new URL(request.endpoint);
  const params: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
    resource: request.resource,
    scope: request.scope,
  };
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Reads the redirect back to the client.
 * @param expected.issuer held against `iss` when it is there or `issRequired` (RFC 9207 section 2.4); not when absent
 * @throws OAuthError when it is not the answer to this request, or an error
 */
export function readCallback(
  callback: URL,
  expected: { state: string; issuer?: string; issRequired?: boolean },
): string {
  const { searchParams } = callback;
  if (searchParams.get('state') !== expected.state) {
    throw new OAuthError('authorization', 'the state is missing or another one');
  }
  const iss = searchParams.get('iss');
  if (
    expected.issuer !== undefined &&
    (iss === null ? expected.issRequired === true : iss !== expected.issuer)
  ) {
    throw new OAuthError('authorization', `iss is ${iss ?? 'missing'}, not ${expected.issuer}`);
  }
  const error = searchParams.get('error');
  if (error !== null)
    throw new OAuthError(
      'authorization',
      `${error} ${searchParams.get('error_description') ?? ''}`.trim(),
      error,
    );
  const code = searchParams.get('code');
  if (code === null) throw new OAuthError('authorization', 'there is no code');
  return code;
}

/** Sends a form to an endpoint as a client, and returns the raw answer (OAuth 2.1 section 2.4). */
export function postForm(
  transport: Transport,
  url: string,
  client: Client,
  form: Record<string, string | undefined>,
): Promise<HttpAnswer> {
  const body = new URLSearchParams({ client_id: client.clientId });
  if (client.clientSecret !== undefined) body.set('client_secret', client.clientSecret);
  for (const [name, value] of Object.entries(form)) if (value !== undefined) body.set(name, value);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  return transport({ method: 'POST', url, headers, body: body.toString() });
}

/**
 * The tokens in the answer of a token endpoint.
 * @throws OAuthError with the server's reason
 */
export function readTokens(answer: HttpAnswer): Tokens {
  const body = jsonObject(answer.text);
  if (answer.status !== 200 || typeof body?.['access_token'] !== 'string') throw refusal('token', answer);
  const { access_token, refresh_token, expires_in, scope } = body;
  return {
    accessToken: access_token,
    ...(typeof refresh_token === 'string' ? { refreshToken: refresh_token } : {}),
    ...(typeof expires_in === 'number' ? { expiresIn: expires_in } : {}),
    ...(typeof scope === 'string' ? { scope } : {}),
  };
}

/** The error of an answer (RFC 6749 section 5.2), in words. */
export function refusal(step: OAuthStep, answer: HttpAnswer): OAuthError {
  const body = jsonObject(answer.text) ?? {};
  const code = typeof body['error'] === 'string' ? body['error'] : undefined;
  const more = typeof body['error_description'] === 'string' ? ` (${body['error_description']})` : '';
  return new OAuthError(step, `HTTP ${answer.status} ${code ?? 'without an error code'}${more}`, code);
}
