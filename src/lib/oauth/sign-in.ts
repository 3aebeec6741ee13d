import {
  authorizationUrl,
  createPkce,
  createState,
  postForm,
  readCallback,
  type Client,
  type Pkce,
} from './client.ts';
import type { HttpAnswer } from './http.ts';
import { parseChallenges } from './challenge.ts';
import { discoverServer, endpoint, firstMetadata, resourceMetadataUrls, type Metadata } from './discovery.ts';
import type { Loopback } from './loopback.ts';
import { OAuthError } from './oauth-error.ts';
import type { Transport } from './transport.ts';

/**
 * Brings a person, or what stands in for one, to the authorization page.
 * @param transport to go there by, where no browser does
 */
export type Visit = (url: string, transport?: Transport) => Promise<void>;

/** What a resource asks for, and who grants it. */
export interface Discovered {
  resource: string;
  resourceMetadata: Metadata | undefined;
  server: Metadata;
  /** Of the challenge, else of the resource's metadata; absent when neither names any. */
  scope: string | undefined;
}

export interface Authorization {
  code: string;
  callback: URL;
  pkce: Pkce;
  redirectUri: string;
}

/**
 * Finds out who protects a resource: challenge, protected-resource metadata, authorization-server metadata, with every fallback.
 * @param wwwAuthenticate of the 401
 * @throws OAuthError
 */
export async function discover(transport: Transport, url: string, wwwAuthenticate = ''): Promise<Discovered> {
  const bearer = parseChallenges(wwwAuthenticate).find(({ scheme }) => scheme === 'bearer');
  const places = resourceMetadataUrls(url, bearer?.params.get('resource_metadata'));
  const resourceMetadata = await firstMetadata(transport, places, 'protected-resource metadata').then(
    ({ metadata }) => metadata,
    (error: unknown) => {
      if (error instanceof OAuthError) return undefined;
      throw error;
    },
  );
  const { metadata: server } = await discoverServer(transport, resourceMetadata, url);
  const supported = resourceMetadata?.['scopes_supported'];
  const scope =
    bearer?.params.get('scope') ?? (Array.isArray(supported) ? supported.map(String).join(' ') : undefined);
  const named = resourceMetadata?.['resource'];
  return { resource: typeof named === 'string' ? named : url, resourceMetadata, server, scope };
}

/**
 * Sends somebody to the authorization page and waits for the code.
 * @param options.checkIssuer whether `iss` is held against the metadata, as every client must; a tester reports it instead
 * @throws OAuthError when access is denied, or nobody comes back in time
 */
export async function authorize(
  { server, resource, scope }: Pick<Discovered, 'server' | 'resource' | 'scope'>,
  client: Client,
  loopback: Loopback,
  visit: Visit,
  { timeoutMs, checkIssuer }: { timeoutMs: number; checkIssuer: boolean },
): Promise<Authorization> {
  const pkce = createPkce();
  const state = createState();
  const url = authorizationUrl({
    endpoint: endpoint(server, 'authorization_endpoint'),
    clientId: client.clientId,
    redirectUri: loopback.redirectUri,
    state,
    challenge: pkce.challenge,
    resource,
    ...(scope === undefined ? {} : { scope }),
  });
  const arrived = loopback.callback(timeoutMs);
  // A visit that fails ends the waiting; the listener's own deadline bounds it otherwise.
  const callback = await Promise.race([arrived, visit(url).then(() => arrived)]);
  const issRequired = server['authorization_response_iss_parameter_supported'] === true;
  const issuer = checkIssuer ? { issuer: String(server['issuer']), issRequired } : {};
  const code = readCallback(callback, { state, ...issuer });
  return { code, callback, pkce, redirectUri: loopback.redirectUri };
}

/** Sends the request that redeems a code (OAuth 2.1 section 4.1.3), and returns the raw answer; `readTokens` reads it. */
export const redemption = (
  transport: Transport,
  { server, resource }: Pick<Discovered, 'server' | 'resource'>,
  client: Client,
  { code, pkce, redirectUri }: Authorization,
): Promise<HttpAnswer> =>
  postForm(transport, endpoint(server, 'token_endpoint'), client, {
    grant_type: 'authorization_code',
    code,
    code_verifier: pkce.verifier,
    redirect_uri: redirectUri,
    resource,
  });
