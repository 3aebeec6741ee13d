import type { McpRoute, Route, RouteTable } from '../../../servers/kit/src/contract/index.ts';
import { canonicalOrigin } from './origins.ts';

/** Something that must not be in a route table. */
export interface RouteProblem {
  message: string;
  /** The service whose URL is the reason, where there is one. */
  service?: string;
}

/**
 * Proves what the table promises (design section 3): every MCP path needs a token, every well-known path is open, no rule
 * shadows another, ids and resources are unique, and nothing lies outside the gateway's own origins.
 * @returns what is wrong; empty when all is well
 */
export function checkRoutes(table: RouteTable): RouteProblem[] {
  const origins = new Set(table.origins.map((origin) => canonicalOrigin(new URL(origin))));
  return [
    ...(origins.has(canonicalOrigin(new URL(table.issuer)))
      ? []
      : [{ message: `The issuer ${table.issuer} is none of the gateway’s origins.` }]),
    ...table.routes.flatMap((route) => outside(route, origins, table.origins)),
    ...table.routes.flatMap(wronglyGuarded),
    ...repeatedIds(table.routes),
    ...shadows(table.routes),
    ...brokenMetadata(table.routes),
    ...sharedResources(table.routes),
  ];
}

const problem = (route: Route, message: string): RouteProblem[] => [
  { message, ...(route.kind === 'mcp' && { service: route.service }) },
];

function outside(route: Route, origins: ReadonlySet<string>, spelled: readonly string[]): RouteProblem[] {
  if (origins.has(canonicalOrigin(new URL(route.url)))) return [];
  return problem(
    route,
    `${route.url} does not lie on the gateway. Allowed: URLs below ${spelled.join(', ')}.`,
  );
}

function wronglyGuarded(route: Route): RouteProblem[] {
  const wellKnown = new URL(route.url).pathname.startsWith('/.well-known/');
  if (wellKnown && route.kind === 'mcp') {
    return problem(route, `${route.url} lies below /.well-known/, which is open. Allowed: any other path.`);
  }
  // The types say it, a file may not.
  const auth: boolean = route.auth;
  if (route.kind === 'mcp' && !auth) return problem(route, `${route.url} can be reached without a token.`);
  if (route.kind !== 'mcp' && auth) return problem(route, `${route.url} needs a token and must be open.`);
  return [];
}

function repeatedIds(routes: readonly Route[]): RouteProblem[] {
  const seen = new Set<string>();
  return routes.flatMap((route) => {
    if (seen.has(route.id)) return problem(route, `Two routes are called ${route.id}.`);
    seen.add(route.id);
    return [];
  });
}

/** Where two routes answer the same address, only one of them can. */
function shadows(routes: readonly Route[]): RouteProblem[] {
  const located = routes.map(locate);
  return located.flatMap((one, index) =>
    located.slice(index + 1).flatMap((other) => {
      if (!overlap(one, other)) return [];
      const mcp = [one.route, other.route].find(isMcp) ?? one.route;
      return problem(mcp, `${describe(one.route)} and ${describe(other.route)} answer the same address.`);
    }),
  );
}

interface Located {
  route: Route;
  origin: string;
  path: string;
}

function locate(route: Route): Located {
  const url = new URL(route.url);
  return { route, origin: canonicalOrigin(url), path: url.pathname.replace(/\/+$/, '') };
}

const overlap = (a: Located, b: Located): boolean =>
  a.origin === b.origin && (a.path === b.path || covers(a, b) || covers(b, a));

const covers = (a: Located, b: Located): boolean => isPrefix(a.route) && b.path.startsWith(`${a.path}/`);

const isPrefix = (route: Route): boolean => route.kind === 'authorization-server' && route.match === 'prefix';

function describe(route: Route): string {
  switch (route.kind) {
    case 'mcp':
      return `${route.url} of the service ${route.service}`;
    case 'protected-resource-metadata':
      return `the metadata ${route.url} of ${route.describes}`;
    case 'authorization-server':
      return `${route.url} of the authorization server`;
  }
}

/** Every MCP route is described by exactly the document that its challenge names, and no document describes nothing. */
function brokenMetadata(routes: readonly Route[]): RouteProblem[] {
  const endpoints = new Map(routes.filter(isMcp).map((route) => [route.id, route]));
  const documents = routes.filter((route) => route.kind === 'protected-resource-metadata');
  return [
    ...documents.flatMap((document) => {
      const described = endpoints.get(document.describes);
      return described?.metadataUrl === document.url
        ? []
        : problem(
            described ?? document,
            `${document.url} describes ${document.describes}, which does not name it.`,
          );
    }),
    ...[...endpoints.values()].flatMap((route) =>
      documents.some((document) => document.describes === route.id)
        ? []
        : problem(route, `${route.url} has no protected-resource metadata.`),
    ),
  ];
}

/** A token for one service must not open another, so no two share an audience, in any spelling. */
function sharedResources(routes: readonly Route[]): RouteProblem[] {
  const owners = new Map<string, string>();
  return routes.filter(isMcp).flatMap((route) =>
    [route.resource, ...route.aliases].flatMap((spelling) => {
      const url = new URL(spelling);
      const key = `${canonicalOrigin(url)}${url.pathname.replace(/\/+$/, '')}`;
      const owner = owners.get(key) ?? route.service;
      owners.set(key, owner);
      return owner === route.service
        ? []
        : problem(route, `${spelling} is a resource of ${owner} and of ${route.service}.`);
    }),
  );
}

const isMcp = (route: Route): route is McpRoute => route.kind === 'mcp';
