import type { AuthorizationServerRoute } from '../../../servers/kit/src/contract/index.ts';

/** Paths of the authorization server; `prefix` is the path itself and everything below it. */
const PATHS = [
  ['metadata', '/.well-known/oauth-authorization-server', 'exact'],
  ['openid-configuration', '/.well-known/openid-configuration', 'exact'],
  ['jwks', '/jwks', 'exact'],
  ['register', '/register', 'prefix'],
  ['authorize', '/authorize', 'prefix'],
  ['interaction', '/interaction', 'prefix'],
  ['token', '/token', 'exact'],
  ['par', '/par', 'exact'],
  ['revoke', '/revoke', 'exact'],
  ['introspect', '/introspect', 'exact'],
] as const;

/** The open routes of the authorization server, all on the issuer's origin. */
export const authorizationServerRoutes = (issuer: string): AuthorizationServerRoute[] =>
  PATHS.map(([name, path, match]) => ({
    id: `authorization-server.${name}`,
    kind: 'authorization-server',
    url: `${issuer}${path}`,
    match,
    auth: false,
  }));
