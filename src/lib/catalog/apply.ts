import type { LoadedConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { usesUserDir, type Catalog, type Descriptor } from './descriptor.ts';

/**
 * The catalog with what mcpgw.yaml says of isolation and limits, so that nobody else has to look in two places.
 * @throws UserError INVALID_CONFIG where a service cannot be run that way
 */
export function applyConfig(catalog: Catalog, { config, placeOfKey }: LoadedConfig): Catalog {
  const applied = new Map<string, Descriptor>();
  for (const [name, descriptor] of catalog) {
    const isolation = config.isolation.get(name);
    if (isolation !== undefined) {
      const problem = isolationProblem(descriptor, isolation);
      if (problem !== undefined) {
        throw new UserError('INVALID_CONFIG', `isolation.${name} is ${isolation}, but ${problem}`, {
          place: placeOfKey(['isolation', name]),
          nextSteps: ['Correct the value or remove the key.'],
        });
      }
    }
    applied.set(name, {
      ...descriptor,
      isolation: isolation ?? descriptor.isolation,
      limits: { ...descriptor.limits, ...config.limits.get(name) },
    });
  }
  return applied;
}

function isolationProblem(descriptor: Descriptor, isolation: Descriptor['isolation']): string | undefined {
  if (descriptor.pattern === 'native') {
    return 'a native service has no processes to share. Allowed: the key left out.';
  }
  if (isolation === 'shared' && usesUserDir(descriptor)) {
    return 'it keeps a folder for each user ({userDir}). Allowed: session, user.';
  }
  return undefined;
}
