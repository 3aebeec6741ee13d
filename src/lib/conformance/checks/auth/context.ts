import { parseChallenges } from '../../../oauth/challenge.ts';
import { clientMetadata, readTokens, register, unregister, type Client } from '../../../oauth/client.ts';
import {
  endpoint,
  fetchMetadata,
  firstMetadata,
  resourceMetadataUrls,
  serverMetadataUrls,
} from '../../../oauth/discovery.ts';
import { HttpError } from '../../../oauth/http-error.ts';
import { listenForCallback } from '../../../oauth/loopback.ts';
import { OAuthError } from '../../../oauth/oauth-error.ts';
import { authorize, redemption } from '../../../oauth/sign-in.ts';
import { createLink } from '../../mcp/link.ts';
import type { Reply } from '../../mcp/reply.ts';
import { initializeRequest } from '../../mcp/session.ts';
import type { Link, SendOptions } from '../../mcp/types.ts';
import { NotApplicable } from '../../run-check.ts';
import { refusedAuthorization } from './ask.ts';
import type { AuthContext, AuthOptions, Grant } from './types.ts';

/** What could not be looked at because of something that another check reports. */
export const blocked = (id: string): NotApplicable => new NotApplicable(`Not tested, because of ${id}.`);

/** For a rejection whose reason another check reports. */
const orBlocked =
  (id: string) =>
  (error: unknown): never => {
    throw error instanceof OAuthError || error instanceof HttpError ? blocked(id) : error;
  };

function callOn(link: Link, token: string | undefined, send: SendOptions): Promise<Reply> {
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...send.headers };
  if (link.modern) return link.request('server/discover', undefined, { ...send, headers });
  const id = link.nextId();
  return link.post(initializeRequest(id, link.revision), { ...send, headers, id });
}

/** A redirect URI that nobody listens at: requests with it end before a code is given out. */
export const UNUSED_REDIRECT = 'http://127.0.0.1:33418/callback';

/**
 * Makes the context of one target.
 * @throws NotApplicable (from its parts) when the target asks for no authorization
 */
export function createAuthContext(options: AuthOptions): AuthContext {
  const { transport } = options;
  const { url } = options.link;
  const shared = new Map<string, Promise<unknown>>();
  const clients: Client[] = [];
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const known = shared.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = make();
    made.catch(() => undefined);
    shared.set(key, made);
    return made;
  };
  const link = createLink(options.link, options.revision);

  const places = async (): Promise<string[]> => {
    const named = (await context.challenge()).params.get('resource_metadata');
    return resourceMetadataUrls(url, named !== undefined && URL.canParse(named) ? named : undefined);
  };

  const context: AuthContext = {
    options,
    url,
    transport,
    anonymous: link,
    once,
    call: (token, send = {}) => callOn(link, token, send),
    callAt: (at) => callOn(createLink({ ...options.link, url: at }, options.revision), undefined, {}),
    refused: () => once('refused', () => context.call(undefined)),
    challenge: () =>
      once('challenge', async () => {
        const reply = await context.refused();
        if (reply.status === 200 && options.token === undefined) {
          throw new NotApplicable('This server asks for no authorization.');
        }
        const bearer = parseChallenges(reply.headers['www-authenticate'] ?? '').find(
          ({ scheme }) => scheme === 'bearer',
        );
        if (reply.status !== 401) throw blocked('auth.challenge.status');
        if (!bearer) throw blocked('auth.challenge.scheme');
        return bearer;
      }),
    resource: () =>
      once('resource', async () =>
        firstMetadata(transport, await places(), 'protected-resource metadata').catch(
          orBlocked('auth.resource.found'),
        ),
      ),
    places: () => places(),
    resourceAt: (place) =>
      once(`resource at ${place}`, async () => {
        await context.challenge();
        const places = resourceMetadataUrls(url);
        return fetchMetadata(transport, (place === 'path' ? places[0] : places.at(-1)) ?? url);
      }),
    server: () =>
      once('server', async () => {
        const servers = (await context.resource()).metadata['authorization_servers'];
        const [issuer = new URL(url).origin] = Array.isArray(servers) ? servers.map(String) : [];
        if (!URL.canParse(issuer)) throw blocked('auth.resource.servers');
        const urls = serverMetadataUrls(issuer);
        return firstMetadata(transport, urls, 'metadata').catch(orBlocked('auth.server.found'));
      }),
    async endpoint(name) {
      const { metadata } = await context.server();
      if (typeof metadata[name] !== 'string') {
        throw blocked(
          name === 'registration_endpoint' ? 'auth.server.registration' : 'auth.server.endpoints',
        );
      }
      try {
        return endpoint(metadata, name);
      } catch (error) {
        return orBlocked('auth.server.secure')(error);
      }
    },
    async registerClient(metadata) {
      const client = await register(transport, await context.endpoint('registration_endpoint'), metadata);
      clients.push(client);
      return client;
    },
    client: () =>
      once('client', async () => {
        const metadata = clientMetadata([UNUSED_REDIRECT], 'mcpgw-conformance');
        const client = await context.registerClient(metadata).catch(orBlocked('auth.register.answer'));
        return { ...client, redirectUri: UNUSED_REDIRECT };
      }),
    discovered: () =>
      once('discovered', async () => {
        const { metadata: resourceMetadata } = await context.resource();
        const { metadata: server } = await context.server();
        const { params } = await context.challenge();
        const supported = resourceMetadata['scopes_supported'];
        const listed = Array.isArray(supported) ? supported.map(String).join(' ') : undefined;
        const named = resourceMetadata['resource'];
        return {
          resource: typeof named === 'string' ? named : url,
          resourceMetadata,
          server,
          scope: params.get('scope') ?? listed,
        };
      }),
    async code() {
      const { visit } = options;
      if (!visit) {
        await context.challenge();
        throw new NotApplicable('This needs a sign-in: run it with --login, or against a running project.');
      }
      if ((await refusedAuthorization(context)) !== undefined) throw blocked('auth.authorize.accepts');
      const discovered = await context.discovered();
      const loopback = await listenForCallback();
      try {
        const client = await context.registerClient(
          clientMetadata([loopback.redirectUri], 'mcpgw-conformance'),
        );
        return {
          authorization: await authorize(discovered, client, loopback, visit, {
            timeoutMs: options.signInMs,
            checkIssuer: false,
          }),
          client,
          discovered,
        };
      } finally {
        await loopback.close();
      }
    },
    signIn: () => once('sign-in', () => signIn(context)),
    grant: () => context.signIn().catch(orBlocked('auth.grant.code-flow')),
    async freshGrant() {
      await context.grant();
      if (!options.tireless)
        throw new NotApplicable('This needs a sign-in of its own; one was asked for already.');
      return signIn(context);
    },
    async acceptedGrant() {
      const grant = await context.grant();
      const { status } = await once('accepted', () => context.call(grant.tokens.accessToken));
      if (status === 401 || status === 403) throw blocked('auth.grant.accepted');
      return grant;
    },
    async validToken() {
      await context.challenge();
      const { token } = options;
      if (token === undefined) return (await context.acceptedGrant()).tokens.accessToken;
      const { status } = await once('valid', () => context.call(token));
      if (status === 401 || status === 403) throw blocked('auth.bearer.valid');
      return token;
    },
    legacyLink: (token) => createLink({ ...options.link, token }, '2025-11-25'),
    async close() {
      const made = clients.splice(0);
      await Promise.allSettled(made.map((client) => unregister(transport, client)));
    },
  };
  return context;
}

async function signIn(context: AuthContext): Promise<Grant> {
  const { authorization, client, discovered } = await context.code();
  const answer = await redemption(context.transport, discovered, client, authorization);
  return { ...authorization, client, discovered, answer, tokens: readTokens(answer) };
}
