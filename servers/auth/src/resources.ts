import { createResourceResolver, memoize } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';

/** What a request gets that names no scope which the resource knows. */
export const DEFAULT_SCOPE = 'mcp';

/** The protected resources of the route table in force. */
export interface Resources {
  /** Finds a resource by any of its spellings; its `resource` is the canonical audience (RFC 8707). */
  resolve: (uri: string) => McpRoute | undefined;
  /** The resource that a request means which names none: the only one there is. */
  sole: () => McpRoute | undefined;
  /** The resource of a service. */
  ofService: (name: string) => McpRoute | undefined;
  /** Every scope that consent can grant. */
  scopes: () => string[];
}

/** @param routes the table in force; asked at each use */
export function createResources(routes: () => RouteTable): Resources {
  const summary = memoize(summarise);
  return {
    resolve: createResourceResolver(routes),
    sole: () => summary(routes()).sole,
    ofService: (name) => summary(routes()).byService.get(name),
    scopes: () => summary(routes()).scopes,
  };
}

function summarise(table: RouteTable) {
  const mcp = table.routes.filter((route) => route.kind === 'mcp');
  const byResource = new Map(mcp.map((route) => [route.resource, route]));
  return {
    sole: byResource.size === 1 ? mcp[0] : undefined,
    byService: new Map(mcp.toReversed().map((route) => [route.service, route])),
    scopes: [...new Set([DEFAULT_SCOPE, ...mcp.flatMap((route) => route.scopes)])],
  };
}
