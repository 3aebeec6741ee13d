import type { McpRoute, MetadataRoute, Route, RouteTable } from '../../../servers/kit/src/contract/index.ts';
import type { Catalog, Descriptor } from '../catalog/descriptor.ts';
import type { Config } from '../config/config.ts';
import { authorizationServerRoutes } from './authorization-server.ts';
import { localIssuer, localOrigins } from './origins.ts';

/** Between host and path of a resource stands its metadata (RFC 9728 section 3.1). */
const METADATA_PREFIX = '/.well-known/oauth-protected-resource';

/**
 * The route table of a configuration (design section 3). Pure.
 * @param services names of the services that are public; the enabled ones when absent
 */
export function routeTable(config: Config, catalog: Catalog, services?: readonly string[]): RouteTable {
  const issuer = localIssuer(config.port);
  const origins = localOrigins(config.port);
  const isPublic = ({ name }: Descriptor): boolean =>
    services?.includes(name) ?? config.services.get(name)?.enabled === true;
  return {
    version: 1,
    issuer,
    origins,
    corsOrigins: config.corsOrigins,
    routes: [
      ...[...catalog.values()]
        .filter(isPublic)
        .flatMap((descriptor) => serviceRoutes(descriptor, config, origins)),
      ...authorizationServerRoutes(issuer),
    ],
  };
}

/**
 * Public URLs of one service, also of a disabled one. The first is its resource.
 * @param service a name of the catalog
 */
export function serviceUrls(config: Config, service: string): [string, ...string[]] {
  const issuer = localIssuer(config.port);
  const [first, ...others] = (config.services.get(service)?.urls ?? []).map((url) =>
    url.startsWith('/') ? `${issuer}${url}` : url,
  );
  return first === undefined ? [`${issuer}/${service}/mcp`] : [first, ...others];
}

function serviceRoutes(descriptor: Descriptor, config: Config, origins: readonly string[]): Route[] {
  const { name, title, token, scopes } = descriptor;
  const urls = serviceUrls(config, name);
  const resource = withoutSlash(urls[0]);
  const aliases = new Set(
    urls.flatMap((url) => origins.map((origin) => `${origin}${withoutSlash(new URL(url).pathname)}`)),
  );
  aliases.delete(resource);

  return urls.flatMap((url, index): [McpRoute, MetadataRoute] => {
    const id = index === 0 ? name : `${name}.${index + 1}`;
    const metadataUrl = metadataUrlOf(url);
    return [
      {
        id,
        kind: 'mcp',
        url,
        service: name,
        title,
        resource,
        aliases: [...aliases],
        metadataUrl,
        auth: true,
        scope: 'mcp',
        scopes: ['mcp', ...scopes],
        token,
        upstreams: [`inprocess:${name}`],
        policy: config.policy.get(name) ?? [],
      },
      {
        id: `${id}.metadata`,
        kind: 'protected-resource-metadata',
        url: metadataUrl,
        describes: id,
        auth: false,
      },
    ];
  });
}

function metadataUrlOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${METADATA_PREFIX}${withoutSlash(pathname)}`;
}

const withoutSlash = (text: string): string => text.replace(/\/+$/, '');
