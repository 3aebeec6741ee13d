import type { McpRoute, RouteTable } from './contract/index.ts';
import { memoize } from './memoize.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a URL's hostname names this machine. IPv6 in brackets, as `URL.hostname` has it. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.has(hostname);

/**
 * One key for all usual spellings of a resource: case of scheme and host, default port, trailing slash, and the three
 * names of the loopback interface, which are one gateway.
 * @returns undefined when the text cannot be a resource identifier (RFC 8707 section 2: absolute, no fragment)
 */
export function resourceKey(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username || url.password || uri.includes('#')) return undefined;
  if (isLoopback(url.hostname)) url.hostname = 'localhost';
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}${url.search}`;
}

/**
 * Finds the MCP route that a resource indicator names, in any spelling that the table knows.
 * @param routes the table in force; asked at each use
 * @returns its `resource` is the canonical audience; undefined: the resource is unknown (RFC 8707 `invalid_target`)
 */
export function createResourceResolver(routes: () => RouteTable): (uri: string) => McpRoute | undefined {
  const index = memoize(indexResources);
  return (uri) => {
    const key = resourceKey(uri);
    return key === undefined ? undefined : index(routes()).get(key);
  };
}

function indexResources(table: RouteTable): Map<string, McpRoute> {
  const index = new Map<string, McpRoute>();
  for (const route of table.routes) {
    if (route.kind !== 'mcp') continue;
    for (const spelling of [route.resource, route.url, ...route.aliases]) {
      const key = resourceKey(spelling);
      if (key !== undefined && !index.has(key)) index.set(key, route);
    }
  }
  return index;
}
