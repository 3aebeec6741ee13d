import { chmodSync, lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Lifetimes, PolicyRule } from '../../../servers/kit/src/contract/index.ts';
import { UserError, type Place } from '../errors.ts';
import { configFileSchema, SERVICE_SECTIONS, type ConfigFile } from './config-file.ts';
import { parseDotenv } from './dotenv.ts';
import { findSetting, readSetting, refuseUnknownKey, type Layer } from './lookup.ts';
import { didYouMean } from './nearest.ts';
import { limitSettings, type Isolation, type LimitSettings } from './service-settings.ts';
import { SERVICE_SETTINGS, serviceKey, SETTINGS, type Setting, type SettingKey } from './settings.ts';
import { invalidKey, validate } from './validate.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

export type Target = 'local';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type IdentityProvider = 'local';

/** What a person said of one service in the environment, `.env` or mcpgw.yaml. */
export interface ServiceConfig {
  enabled: boolean;
  /** Public URLs, or paths on the gateway's own address; empty means the target's default. */
  urls: string[];
}

/** The one validated configuration of a project: flags, environment, `.env`, mcpgw.yaml and defaults merged. */
export interface Config {
  target: Target;
  baseDomain: string;
  port: number;
  identityProviders: IdentityProvider[];
  lifetimes: Lifetimes;
  registrationsPerMinute: number;
  /** Browser origins that may call across origins. */
  corsOrigins: string[];
  logLevel: LogLevel;
  /** One entry a service of the catalog. */
  services: ReadonlyMap<string, ServiceConfig>;
  policy: ReadonlyMap<string, PolicyRule[]>;
  isolation: ReadonlyMap<string, Isolation>;
  limits: ReadonlyMap<string, LimitSettings>;
}

/** Where the configuration comes from. */
export interface ConfigSources {
  /** The project folder, which holds `.env` and mcpgw.yaml. */
  root: string;
  /** Names of all services that there are. */
  services: readonly string[];
  /** `--port` and the like, by `.env` key. */
  flags: ReadonlyMap<SettingKey, string>;
  env: NodeJS.ProcessEnv;
}

export interface LoadedConfig {
  config: Config;
  /** Where the value in force of a key of `.env` stands; undefined when it is the default. */
  readonly placeOfSetting: (key: string) => Place | undefined;
  /** Where a key of mcpgw.yaml stands. */
  readonly placeOfKey: (path: readonly PropertyKey[]) => Place;
}

/**
 * Reads and validates the whole configuration. Precedence, highest first: flags, process environment, `.env`, mcpgw.yaml,
 * defaults.
 * @throws UserError INVALID_CONFIG with file, line, key, what was found and what is allowed
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { root, services } = sources;
  const file = path.join(root, 'mcpgw.yaml');
  const source = readYaml(readFileSync(file, 'utf8'), file, 'INVALID_CONFIG');
  const yaml = validate(source, configFileSchema, 'INVALID_CONFIG');
  refuseUnknownServices(yaml, source, services);

  const layers = [
    flagLayer(sources.flags),
    environmentLayer(sources.env),
    dotenvLayer(path.join(root, '.env'), services),
    yamlLayer(yaml, source, services),
  ];
  const settings = readSettings(layers);
  refuseLocalSignInInPublic(settings, layers);

  return {
    config: {
      target: yaml.target ?? 'local',
      ...settings,
      services: new Map(services.map((service) => [service, readService(layers, service)])),
      policy: new Map(Object.entries(yaml.policy ?? {}).map(([service, rules]) => [service, closed(rules)])),
      isolation: new Map(Object.entries(yaml.isolation ?? {})),
      limits: new Map(
        Object.entries(yaml.limits ?? {}).map(([service, limits]) => [service, limitSettings(limits)]),
      ),
    },
    placeOfSetting: (key) => findSetting(layers, key, {})?.place,
    placeOfKey: (key) => source.place(key),
  };
}

/** An empty list names nobody (design section 4); in the route table it would mean that there is no policy. */
const closed = (rules: PolicyRule[]): PolicyRule[] => (rules.length === 0 ? [{ users: [] }] : rules);

function readSettings(layers: readonly Layer[]) {
  const read = <Key extends SettingKey>(key: Key) =>
    readSetting<SettingValue<Key>>(layers, key, SETTINGS[key] as unknown as Setting<SettingValue<Key>>);
  return {
    baseDomain: read('BASE_DOMAIN'),
    port: read('HTTP_PORT'),
    identityProviders: read('IDENTITY_PROVIDERS'),
    lifetimes: {
      accessToken: read('ACCESS_TOKEN_LIFETIME'),
      refreshToken: read('REFRESH_TOKEN_LIFETIME'),
      authorizationCode: 60,
      session: read('SESSION_TIMEOUT'),
      client: read('CLIENT_LIFETIME'),
    },
    registrationsPerMinute: read('REGISTRATIONS_PER_MINUTE'),
    corsOrigins: read('MCP_CORS_ORIGINS'),
    logLevel: read('LOG_LEVEL'),
  };
}

type SettingValue<Key extends SettingKey> =
  (typeof SETTINGS)[Key] extends Setting<infer Value> ? Value : never;

const readService = (layers: readonly Layer[], service: string): ServiceConfig => ({
  enabled: readSetting(layers, serviceKey(service, 'ENABLED'), SERVICE_SETTINGS.ENABLED),
  urls: readSetting(layers, serviceKey(service, 'URLS'), SERVICE_SETTINGS.URLS),
});

const flagLayer = (flags: ReadonlyMap<string, string>): Layer => ({
  get: (key) => {
    const value = flags.get(key);
    return value === undefined ? undefined : { value, place: { file: 'the command line', key } };
  },
});

/** Only known keys are read; what else stands in the environment belongs to others. */
const environmentLayer = (env: NodeJS.ProcessEnv): Layer => ({
  get: (key) => {
    const value = env[key];
    return value === undefined ? undefined : { value, place: { file: 'the environment', key } };
  },
});

function dotenvLayer(file: string, services: readonly string[]): Layer {
  keepPrivate(file);
  const entries = new Map(parseDotenv(readIfThere(file), file).map((entry) => [entry.key, entry]));
  for (const { key, line } of entries.values()) refuseUnknownKey(key, { file, line, key }, services);
  return {
    get: (key) => {
      const entry = entries.get(key);
      return entry && { value: entry.value, place: { file, line: entry.line, key } };
    },
  };
}

function yamlLayer(yaml: ConfigFile, source: YamlSource, services: readonly string[]): Layer {
  const values = new Map(Object.entries(yaml.defaults ?? {}));
  for (const key of values.keys()) refuseUnknownKey(key, source.place(['defaults', key]), services);
  return {
    get: (key) => {
      const value = values.get(key);
      return value === undefined
        ? undefined
        : { value: String(value), place: source.place(['defaults', key]) };
    },
  };
}

/** A `.env` holds secrets: one that others can read, and that is ours, becomes 0600, as `.mcpgw` becomes 0700. A link is left. */
function keepPrivate(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.uid !== process.getuid?.() || (found.mode & 0o077) === 0) return;
  try {
    chmodSync(file, 0o600);
  } catch {
    // A file system that is read-only, or that knows no modes: what can be read is read.
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function refuseUnknownServices(yaml: ConfigFile, source: YamlSource, services: readonly string[]): void {
  for (const section of SERVICE_SECTIONS) {
    const unknown = Object.keys(yaml[section] ?? {}).find((name) => !services.includes(name));
    if (unknown === undefined) continue;
    throw invalidKey(
      source,
      'INVALID_CONFIG',
      [section, unknown],
      `There is no service ${unknown}.${didYouMean(unknown, services)} Allowed: ${services.join(', ')}.`,
    );
  }
}

/** The sign-in code is for one person on one machine (design section 5). */
function refuseLocalSignInInPublic(
  { baseDomain, identityProviders }: Pick<Config, 'baseDomain' | 'identityProviders'>,
  layers: readonly Layer[],
): void {
  if (!identityProviders.includes('local')) return;
  if (baseDomain === 'localhost' || baseDomain.endsWith('.localhost')) return;
  const place = findSetting(layers, 'BASE_DOMAIN', SETTINGS.BASE_DOMAIN)?.place;
  throw new UserError(
    'INVALID_CONFIG',
    `BASE_DOMAIN is "${baseDomain}", a public name, and IDENTITY_PROVIDERS has local, whose sign-in code is for one machine only. Allowed with it: localhost, or a name that ends in .localhost.`,
    { ...(place && { place }), nextSteps: ['Set BASE_DOMAIN=localhost, or remove the line.'] },
  );
}
