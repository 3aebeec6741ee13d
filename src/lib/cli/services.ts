import type { ServiceState } from '../../../servers/kit/src/contract/admin.ts';
import type { Server } from '../connect/clients.ts';
import { select } from '../catalog/select.ts';
import { setEnv } from '../config/edit.ts';
import { didYouMean } from '../config/nearest.ts';
import { serviceKey } from '../config/settings.ts';
import { UserError } from '../errors.ts';
import type { Project } from '../project.ts';
import { serviceUrls } from '../routes/table.ts';
import type { Target } from '../targets/target.ts';

export interface ServiceLine {
  name: string;
  title: string;
  enabled: boolean;
  pattern: 'proxy' | 'native';
  url: string;
}

/** Every service of the catalog. */
export function listServices({ catalog, config }: Project): ServiceLine[] {
  return Array.from(catalog.values(), ({ name, title, pattern }) => ({
    name,
    title,
    enabled: config.services.get(name)?.enabled === true,
    pattern,
    url: serviceUrls(config, name)[0],
  }));
}

/**
 * Enables or disables services in the project's `.env`.
 * @param reload reads the project again, after the change
 * @returns the names whose setting still says otherwise, because the process environment overrides the file
 * @throws UserError UNKNOWN_SERVICE, and what setEnv throws
 */
export function switchServices(
  project: Project,
  names: readonly string[],
  enabled: boolean,
  reload: () => Project,
): { services: string[]; overridden: string[] } {
  const services = select(project.catalog, project.config, names);
  for (const name of services) setEnv(project.root, serviceKey(name, 'ENABLED'), String(enabled));
  const now = reload().config.services;
  return { services, overridden: services.filter((name) => now.get(name)?.enabled !== enabled) };
}

/**
 * The services that a client is to be told of, with the URLs they have now.
 * @param names every enabled one when empty
 * @throws UserError UNKNOWN_SERVICE, SERVICE_NOT_ENABLED
 */
export async function chosenServers(target: Target, names: readonly string[]): Promise<Server[]> {
  const { services } = await target.status();
  requireEnabled(services, names);
  const wanted = services.filter(({ name, state }) =>
    names.length > 0 ? names.includes(name) : state !== 'disabled',
  );
  return wanted.map(({ name, url }) => ({ name, url }));
}

/**
 * Refuses names that are unknown or not enabled.
 * @throws UserError UNKNOWN_SERVICE, SERVICE_NOT_ENABLED
 */
export function requireEnabled(
  services: readonly { name: string; state: ServiceState }[],
  names: readonly string[],
): void {
  const states = new Map(services.map(({ name, state }) => [name, state]));
  for (const name of names) {
    const state = states.get(name);
    if (state === undefined) {
      const known = [...states.keys()];
      throw new UserError(
        'UNKNOWN_SERVICE',
        `There is no service ${name}.${didYouMean(name, known)} Known: ${known.join(', ')}.`,
        { nextSteps: ['See them with `mcpgw service list`.'] },
      );
    }
    if (state === 'disabled') {
      throw new UserError('SERVICE_NOT_ENABLED', `The service ${name} is not enabled.`, {
        nextSteps: [`Run \`mcpgw service enable ${name}\`, then \`mcpgw restart\`.`],
      });
    }
  }
}
