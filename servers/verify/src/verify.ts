import {
  allowedScopes,
  findRule,
  memoize,
  traceId,
  type Identity,
  type JSONWebKeySet,
  type Log,
  type RevocationSource,
} from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { readCredentials } from './bearer.ts';
import { verifyToken, type Claims } from './claims.ts';
import { createKeyFinder, KeysUnavailable } from './keys.ts';
import { refuse, type Reason, type Refusal } from './refusals.ts';
import { VerifiedTokens } from './verified-tokens.ts';

export interface VerifyOptions {
  /** The authorization server's issuer identifier; every token must name it. */
  issuer: string;
  /** The table in force; asked at each use. */
  routes: () => RouteTable;
  /** The authorization server's public keys. */
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>;
  revocations: RevocationSource;
  log: Log;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export type Decision = { allowed: true; identity: Identity } | Refusal;

export interface Verify {
  /**
   * Decides from headers alone whether a request may pass. Never throws and never rejects. A token that was seen lately
   * is decided at once, without a promise.
   * @param routeId the MCP route that was asked; the audience is its resource and is never guessed
   * @param resourceMetadata URL of the protected-resource metadata, for the challenge
   */
  check(
    routeId: string,
    headers: IncomingHttpHeaders,
    resourceMetadata: string,
  ): Decision | Promise<Decision>;
  /** Ends the subscription to revocations. */
  close(): void;
}

/** The decision over who may call which MCP route (design section 6). */
export function createVerify(options: VerifyOptions): Verify {
  const now = options.now ?? Date.now;
  const findKey = createKeyFinder(options.jwks, now);
  const routesById = memoize(indexRoutes);
  const tokens = new VerifiedTokens();
  /** First sights under way, by raw token; as many as requests. */
  const sightings = new Map<string, Promise<Claims | Reason>>();
  /** Ids that are being asked for; a revocation that comes meanwhile wins over the store's earlier answer. */
  const asked = new Set<{ jti: string; revoked: boolean }>();

  const unsubscribe = options.revocations.subscribe((jti) => {
    tokens.revoke(jti);
    for (const question of asked) if (question.jti === jti) question.revoked = true;
  });

  const isActive = async (jti: string): Promise<boolean> => {
    const question = { jti, revoked: false };
    asked.add(question);
    try {
      return (await options.revocations.isActive(jti)) && !question.revoked;
    } finally {
      asked.delete(question);
    }
  };

  const firstSight = async (token: string): Promise<Claims | Reason> => {
    try {
      const claims = await verifyToken(token, { issuer: options.issuer, findKey, now: now() });
      if (typeof claims === 'string') return claims;
      if (!(await isActive(claims.jti))) return 'revoked';
      tokens.set(token, claims, now());
      return claims;
    } catch (error) {
      options.log.error({ err: error }, 'a token cannot be checked');
      return error instanceof KeysUnavailable ? 'keys' : 'store';
    } finally {
      sightings.delete(token);
    }
  };

  const look = (token: string): Promise<Claims | Reason> => {
    let sighting = sightings.get(token);
    if (!sighting) {
      sighting = firstSight(token);
      sightings.set(token, sighting);
    }
    return sighting;
  };

  return {
    check(routeId, headers, resourceMetadata) {
      const route = routesById(options.routes()).get(routeId);
      const refused = (reason: Reason): Decision => {
        const id = traceId(headers);
        options.log.info({ traceId: id, route: routeId, reason }, 'refused');
        return refuse(reason, { resourceMetadata, ...(route && { scope: route.scope }) }, id);
      };
      if (!route) return refused('route');
      const decide = (claims: Claims | Reason): Decision => {
        const identity = typeof claims === 'string' ? claims : authorize(claims, route);
        return typeof identity === 'string' ? refused(identity) : { allowed: true, identity };
      };
      const credentials = readCredentials(headers);
      if (credentials.kind === 'none') return refused('none');
      if (credentials.kind === 'refused') return refused(credentials.reason);
      const hot = tokens.get(credentials.token, now());
      return hot ? decide(hot) : look(credentials.token).then(decide);
    },
    close() {
      unsubscribe();
      tokens.clear();
    },
  };
}

/** Audience, scope and policy: what is decided anew at each call, because it depends on the route. */
function authorize(claims: Claims, route: McpRoute): Identity | Reason {
  if (!claims.audience.includes(route.resource)) return 'audience';
  if (!claims.scopes.includes(route.scope)) return 'scope';
  const rule = findRule(route.policy, claims);
  if (!rule) return 'policy';
  const scopes = allowedScopes(rule, claims.scopes);
  if (!scopes.includes(route.scope)) return 'policy';
  const { userId, userName, clientId } = claims;
  return { userId, userName, clientId, scopes, allowedTools: rule.tools };
}

const indexRoutes = (table: RouteTable): Map<string, McpRoute> =>
  new Map(table.routes.flatMap((route) => (route.kind === 'mcp' ? [[route.id, route]] : [])));
