import type { EventEmitter } from 'node:events';
import type { Log } from '@mcpgw/kit';
import type { Lifetimes } from '@mcpgw/kit/contract';
import Provider, {
  errors,
  type Configuration,
  type KoaContextWithOIDC,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import { providerOf, userName } from './accounts.ts';
import { secretMatches } from './client-secret.ts';
import { applicationType, AUTH_METHODS, GRANT_TYPES, redirectUriFault } from './clients.ts';
import { cookieConfiguration } from './cookies.ts';
import { TRACE_HEADER } from './forward.ts';
import type { Keys } from './keys.ts';
import { CLI_CLIENT_ID, drawPlainTokenIds, recordAccessToken } from './issued-tokens.ts';
import { withRefreshGrace, type GrantHandler } from './refresh-grace.ts';
import { renderError } from './render-error.ts';
import { DEFAULT_SCOPE, type Resources } from './resources.ts';
import { createAdapterFactory } from './store/adapter.ts';
import type { Store } from './store/store.ts';

const REFRESH_GRACE_MS = 10_000;
/** How long a sign-in may take. Seconds. */
const INTERACTION_TTL = 600;
/** A consent, and with it a family of refresh tokens, ends after this even when it is used all the time. Seconds. */
const GRANT_TTL = 365 * 86_400;

export interface ProviderOptions {
  issuer: string;
  keys: Keys;
  store: Store;
  resources: Resources;
  lifetimes: Lifetimes;
  identityProviders: readonly string[];
  accessTokenPrefix: string;
  /** Whether a client's metadata document may be fetched now. */
  allowFetch: (ctx: KoaContextWithOIDC, clientId: string) => boolean;
  fetch: typeof fetch | undefined;
  now: () => number;
  log: Log;
}

/** The protocol engine, set up for MCP clients. */
export function createProvider(options: ProviderOptions): Provider {
  const { issuer, store, now, log } = options;

  class AuthorizationServer extends Provider {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>,
      ...rest: (string[] | Set<string>)[]
    ): void {
      const graced = (): GrantHandler =>
        withRefreshGrace(handler as GrantHandler, { store, now, graceMs: REFRESH_GRACE_MS });
      if (name === 'refresh_token') super.registerGrantType(name, graced(), ...rest);
      else super.registerGrantType(name, handler, ...rest);
    }

    /** Not `form_post`: it answers with a page that runs a script, and no MCP client asks for it. */
    override registerResponseMode(...[name, handler]: Parameters<Provider['registerResponseMode']>): void {
      if (name === 'form_post') return;
      super.registerResponseMode(name, (ctx, uri, payload) => handler(ctx, uri, withTrace(ctx, payload)));
    }
  }

  const provider = new AuthorizationServer(issuer, configuration(options));
  // Scheme and host of every URL are set at the door from the issuer (forward.ts).
  provider.proxy = true;
  const emitter: EventEmitter = provider;
  emitter.on('error', (error) => log.error({ err: error }, 'request failed'));
  drawPlainTokenIds(provider);
  provider.Client.prototype.compareClientSecret = function (presented) {
    return secretMatches(this.clientSecret, presented);
  };
  return provider;
}

/** A refusal that goes to the client by redirect names the trace id, where its developer will see it. */
function withTrace(ctx: KoaContextWithOIDC, payload: Record<string, unknown>): Record<string, unknown> {
  const { error, error_description: description } = payload;
  if (error === undefined) return payload;
  const words = typeof description === 'string' ? `${description} ` : '';
  return { ...payload, error_description: `${words}[trace ${ctx.get(TRACE_HEADER)}]` };
}

function configuration(options: ProviderOptions): Configuration {
  const { issuer, keys, store, resources, lifetimes, identityProviders, now } = options;
  const adapter = createAdapterFactory({
    store,
    now,
    clientLifetime: lifetimes.client,
    accessTokenPrefix: options.accessTokenPrefix,
  });
  return {
    adapter,
    jwks: { keys: keys.signing },
    cookies: cookieConfiguration(issuer, keys.cookies),
    routes: {
      authorization: '/authorize',
      token: '/token',
      registration: '/register',
      revocation: '/revoke',
      introspection: '/introspect',
      jwks: '/jwks',
      pushed_authorization_request: '/par',
    },
    scopes: [DEFAULT_SCOPE],
    responseTypes: ['code'],
    clientAuthMethods: [...AUTH_METHODS],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    discovery: {
      revocation_endpoint_auth_methods_supported: AUTH_METHODS,
      introspection_endpoint_auth_methods_supported: AUTH_METHODS,
    },
    pkce: { required: () => true },
    // CORS is answered at the door, for every origin and without credentials.
    clientBasedCORS: () => true,
    clients: [
      {
        client_id: CLI_CLIENT_ID,
        client_name: 'mcpgw command line',
        token_endpoint_auth_method: 'none',
        redirect_uris: [],
        response_types: [],
        grant_types: [],
      },
    ],
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      grant_types: GRANT_TYPES,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    extraClientMetadata: { properties: ['software_id', 'software_version'], validator: checkClient },
    interactions: { url: (_ctx, interaction) => `${issuer}/interaction/${interaction.uid}` },
    findAccount: (_ctx, principal) =>
      identityProviders.includes(providerOf(principal))
        ? { accountId: principal, claims: () => ({ sub: principal, name: userName(principal) }) }
        : undefined,
    extraTokenClaims: (_ctx, token) =>
      'accountId' in token ? { name: userName(token.accountId) } : undefined,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    formats: { customizers: { jwt: (_ctx, token, { payload }) => recordAccessToken(token, payload) } },
    renderError,
    ttl: {
      AccessToken: lifetimes.accessToken,
      AuthorizationCode: lifetimes.authorizationCode,
      RefreshToken: lifetimes.refreshToken,
      Session: lifetimes.session,
      Interaction: INTERACTION_TTL,
      Grant: Math.max(GRANT_TTL, lifetimes.refreshToken),
      IdToken: lifetimes.accessToken,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02', allowFetch: options.allowFetch },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? soleResource(resources),
        getResourceServerInfo: (ctx, indicator) => resourceServer(ctx, indicator, resources, lifetimes),
      },
    },
    ...(options.fetch && { fetch: options.fetch }),
  };
}

/** Who holds a token may ask about it; a client that cannot prove who it is, about its own only (RFC 7662 section 4). */
const mayIntrospect: NonNullable<NonNullable<Configuration['features']>['introspection']>['allowedPolicy'] = (
  _ctx,
  client,
  token,
) => client.clientAuthMethod !== 'none' || token.clientId === client.clientId;

/** Runs for registrations, for stored clients and for metadata documents alike. */
function checkClient(
  _ctx: KoaContextWithOIDC | undefined,
  _key: string,
  _value: unknown,
  metadata: { [name: string]: unknown },
): void {
  const uris = Array.isArray(metadata['redirect_uris']) ? metadata['redirect_uris'] : [];
  const redirectUris = uris.filter((uri) => typeof uri === 'string');
  for (const uri of redirectUris) {
    const fault = redirectUriFault(uri);
    if (fault !== undefined) throw new errors.InvalidClientMetadata(`redirect_uris ${fault}`);
  }
  metadata['application_type'] = applicationType(redirectUris, metadata['application_type']);
  // A metadata document that names no method means none: there is nowhere to agree on a secret.
  const document = /^https:/i.test(String(metadata['client_id']));
  if (document && metadata['token_endpoint_auth_method'] === 'client_secret_basic') {
    metadata['token_endpoint_auth_method'] = 'none';
  }
}

function soleResource(resources: Resources): string {
  const resource = resources.sole()?.resource;
  if (resource === undefined) {
    throw new errors.InvalidTarget('resource is missing: name the URL of the MCP server (RFC 8707)');
  }
  return resource;
}

function resourceServer(
  ctx: KoaContextWithOIDC,
  indicator: string,
  resources: Resources,
  lifetimes: Lifetimes,
) {
  if (Array.isArray(ctx.oidc.params?.['resource'])) {
    throw new errors.InvalidTarget('one resource at a time: ask for a token for each MCP server');
  }
  const route = resources.resolve(indicator);
  if (route === undefined) throw new errors.InvalidTarget('resource is not an MCP server of this gateway');
  return {
    scope: route.scopes.join(' '),
    audience: route.resource,
    accessTokenTTL: lifetimes.accessToken,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'ES256' as const } },
  };
}
