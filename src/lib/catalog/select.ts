import type { Config } from '../config/config.ts';
import type { Catalog } from './descriptor.ts';

/**
 * The services a command is about, in the catalog's order.
 * @param names short names such as `fetch`; absent or empty: every enabled one
 * @throws UserError UNKNOWN_SERVICE with the known names and the nearest one
 */
export declare function select(catalog: Catalog, config: Config, names?: readonly string[]): string[];
