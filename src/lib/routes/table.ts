import type { RouteTable } from '../../../servers/kit/src/contract/index.ts';
import type { Catalog } from '../catalog/descriptor.ts';
import type { Config } from '../config/config.ts';

/**
 * The route table of a configuration (design section 3). Pure.
 * @param services names of the services that are public; the enabled ones when absent
 */
export declare function routeTable(
  config: Config,
  catalog: Catalog,
  services?: readonly string[],
): RouteTable;

/** Public URLs of one service, the first one being its resource; also of a disabled one. */
export declare function serviceUrls(config: Config, service: string): string[];
