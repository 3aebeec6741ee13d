import type { Config } from '../config/config.ts';
import { didYouMean } from '../config/nearest.ts';
import { UserError } from '../errors.ts';
import type { Catalog } from './descriptor.ts';

/**
 * The services a command is about, in the catalog's order.
 * @param names short names such as `fetch`; absent or empty: every enabled one
 * @throws UserError UNKNOWN_SERVICE with the known names and the nearest one
 */
export function select(catalog: Catalog, config: Config, names: readonly string[] = []): string[] {
  const known = [...catalog.keys()];
  for (const name of names) {
    if (catalog.has(name)) continue;
    throw unknownService(name, known);
  }
  return names.length > 0
    ? known.filter((name) => names.includes(name))
    : known.filter((name) => config.services.get(name)?.enabled === true);
}

/** The error about a name that no service has: the nearest one, and all. */
export const unknownService = (name: string, known: readonly string[]): UserError =>
  new UserError(
    'UNKNOWN_SERVICE',
    `There is no service ${name}.${didYouMean(name, known)} Known: ${known.join(', ')}.`,
    { nextSteps: ['Name one of the known services, or add services/<name>.yaml.'] },
  );
