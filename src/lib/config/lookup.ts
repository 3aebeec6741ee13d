import { UserError, type Place } from '../errors.ts';
import { didYouMean } from './nearest.ts';
import { SERVICE_SETTINGS, SETTINGS, serviceKey, type Setting, type ServiceSettingKey } from './settings.ts';
import { show } from './validate.ts';

/** A value as it was found, before it is understood. */
export interface Found {
  value: string;
  place: Place;
}

/** One place where settings come from. The first layer that has a key wins. */
export interface Layer {
  get(key: string): Found | undefined;
}

/** Every key that there is: those of the gateway, and two a service. */
export function knownKeys(services: readonly string[]): string[] {
  const own = (Object.keys(SERVICE_SETTINGS) as ServiceSettingKey[]).flatMap((key) =>
    services.map((service) => serviceKey(service, key)),
  );
  return [...Object.keys(SETTINGS), ...own];
}

/**
 * Refuses a key that nothing reads.
 * @throws UserError INVALID_CONFIG with the nearest known key
 */
export function refuseUnknownKey(key: string, place: Place, services: readonly string[]): void {
  const known = knownKeys(services);
  if (known.includes(key)) return;
  const general = [...Object.keys(SETTINGS), 'MCP_<SERVICE>_ENABLED', 'MCP_<SERVICE>_URLS'].join(', ');
  throw new UserError(
    'INVALID_CONFIG',
    `There is no key ${key}.${didYouMean(key, known)} Allowed: ${general}, where <SERVICE> is one of ${services.join(', ')}.`,
    { place, nextSteps: ['Correct the key or remove the line.'] },
  );
}

/**
 * The value of one key: the first layer's that has it, else the default.
 * @throws UserError INVALID_CONFIG: key, what was found, what is allowed
 */
export function readSetting<Value>(layers: readonly Layer[], key: string, setting: Setting<Value>): Value {
  const found = findSetting(layers, key, setting);
  const result = setting.schema.safeParse(found?.value ?? setting.fallback);
  if (result.success) return result.data;
  throw new UserError(
    'INVALID_CONFIG',
    `${key} is ${show(found?.value)}. Allowed: ${result.error.issues[0]?.message ?? 'another value'}.`,
    { ...(found && { place: found.place }), nextSteps: ['Correct the value, or remove it for the default.'] },
  );
}

/** Where the value in force of one key stands; undefined when it is the default. */
export const findSetting = (
  layers: readonly Layer[],
  key: string,
  { list }: Pick<Setting<unknown>, 'list'>,
): Found | undefined => {
  for (const layer of layers) {
    const found = layer.get(key);
    if (found !== undefined && (list === true || found.value.trim() !== '')) return found;
  }
  return undefined;
};
