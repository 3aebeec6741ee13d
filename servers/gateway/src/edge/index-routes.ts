import { createHostCheck, isLoopback, METADATA_PREFIX, type HostDecision } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import type { IncomingHttpHeaders } from 'node:http';

/** What stands at a public path. */
export type Target =
  { kind: 'mcp'; route: McpRoute } | { kind: 'metadata'; route: McpRoute } | { kind: 'authorization-server' };

const AUTHORIZATION_SERVER: Target = { kind: 'authorization-server' };

/** A route table, ready to be asked for every request. */
export interface RouteIndex {
  readonly issuer: string;
  checkHost(headers: IncomingHttpHeaders): HostDecision;
  /**
   * @param origin own origin that was addressed, as `checkHost` returns it
   * @param path path of the request, without query
   */
  find(origin: string, path: string): Target | undefined;
}

/**
 * Indexes the public URLs of a table. The names of the loopback interface are one gateway: what is public under one is
 * public under all of them.
 */
export function indexRoutes(table: RouteTable): RouteIndex {
  const exact = new Map<string, Target>();
  const prefixes: { origin: string; prefix: string }[] = [];
  const mcpRoutes = new Map(table.routes.flatMap((it) => (it.kind === 'mcp' ? [[it.id, it]] : [])));
  const add = (url: URL, target: Target): void => {
    const key = keyOf(commonOrigin(url), url.pathname);
    if (!exact.has(key)) exact.set(key, target);
  };

  for (const route of table.routes) {
    const url = new URL(route.url);
    if (route.kind === 'mcp') {
      add(url, { kind: 'mcp', route });
    } else if (route.kind === 'protected-resource-metadata') {
      const described = mcpRoutes.get(route.describes);
      if (described && url.pathname.startsWith(METADATA_PREFIX))
        add(url, { kind: 'metadata', route: described });
    } else if (route.match === 'exact') {
      add(url, AUTHORIZATION_SERVER);
    } else {
      prefixes.push({ origin: commonOrigin(url), prefix: url.pathname.replace(/\/$/, '') });
    }
  }

  // After the URLs themselves: an alias never hides the URL of another route.
  for (const route of mcpRoutes.values()) {
    for (const alias of route.aliases) add(new URL(alias), { kind: 'mcp', route });
  }

  const origins = new Map(table.origins.map((text) => [new URL(text).origin, commonOrigin(new URL(text))]));
  return {
    issuer: table.issuer,
    checkHost: createHostCheck({
      origins: table.origins,
      corsOrigins: table.corsOrigins,
      loopbackOrigins: true,
    }),
    find(origin, path) {
      const common = origins.get(origin);
      if (common === undefined) return undefined;
      const target = exact.get(keyOf(common, path));
      if (target) return target;
      const under = prefixes.some(
        (it) => it.origin === common && (path === it.prefix || path.startsWith(`${it.prefix}/`)),
      );
      return under ? AUTHORIZATION_SERVER : undefined;
    },
  };
}

/** One slash at the end of a path makes no difference. */
const keyOf = (origin: string, path: string): string =>
  origin + (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

const commonOrigin = (url: URL): string =>
  isLoopback(url.hostname) ? `${url.protocol}//localhost:${url.port}` : url.origin;
