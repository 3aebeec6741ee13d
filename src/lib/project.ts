import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RouteTable } from '../../servers/kit/src/contract/index.ts';
import { applyConfig } from './catalog/apply.ts';
import type { Catalog } from './catalog/descriptor.ts';
import { loadCatalog } from './catalog/load.ts';
import { loadConfig, type Config, type LoadedConfig } from './config/config.ts';
import { serviceKey, type SettingKey } from './config/settings.ts';
import { UserError } from './errors.ts';
import { checkRoutes, type RouteProblem } from './routes/check.ts';
import { routeTable } from './routes/table.ts';

/** A project as every command sees it: read once, validated, complete. */
export interface Project {
  root: string;
  /** `.mcpgw` in the root. */
  stateDir: string;
  config: Config;
  /** Descriptors with what mcpgw.yaml says of them. */
  catalog: Catalog;
  /** Of the enabled services. */
  routes: RouteTable;
  /** The process environment, of which children get the few variables that say where and in what language they run. */
  env: NodeJS.ProcessEnv;
}

export interface Overrides {
  /** `--port`. */
  port?: number;
}

const MARK = 'mcpgw.yaml';

/**
 * Finds the project: the nearest folder from `from` upwards that holds a mcpgw.yaml, or `explicit` itself.
 * @param explicit `--project`, relative to `from`
 * @returns its absolute path, links resolved
 * @throws UserError NO_PROJECT
 */
export function findProject(from: string, explicit?: string): string {
  if (explicit !== undefined) {
    const dir = path.resolve(from, explicit);
    if (existsSync(path.join(dir, MARK))) return realpathSync(dir);
    const what =
      statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true ? `has no ${MARK}` : 'is no folder';
    throw new UserError('NO_PROJECT', `There is no project in ${dir}: it ${what}.`, {
      nextSteps: [`Make one with \`mcpgw init ${explicit}\`, or name another folder.`],
    });
  }
  const start = path.resolve(from);
  for (let dir = start; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, MARK))) {
      if (dir !== start) refuseForeign(dir);
      return realpathSync(dir);
    }
    if (path.dirname(dir) === dir) break;
  }
  throw new UserError('NO_PROJECT', `There is no ${MARK} in ${start} or any folder above it.`, {
    nextSteps: ['Make a project with `mcpgw init`, or name its folder with `--project DIR`.'],
  });
}

/** A project says what is run: one that somebody else has put above our folder, in /tmp for instance, is not taken. */
function refuseForeign(dir: string): void {
  const owner = statSync(path.join(dir, MARK)).uid;
  if (owner === process.getuid?.() || owner === 0) return;
  throw new UserError('NO_PROJECT', `The project in ${dir} belongs to another user.`, {
    place: { file: path.join(dir, MARK) },
    nextSteps: [`If you trust it, name it with \`--project ${dir}\`.`],
  });
}

/**
 * Reads and validates everything that a project says, before anything happens.
 * @param root as findProject returns it
 * @throws UserError INVALID_CONFIG or INVALID_DESCRIPTOR with the place
 */
export function loadProject(
  root: string,
  overrides: Overrides = {},
  env: NodeJS.ProcessEnv = process.env,
): Project {
  const descriptors = loadCatalog(root);
  const flags = new Map<SettingKey, string>(
    overrides.port === undefined ? [] : [['HTTP_PORT', String(overrides.port)]],
  );
  const loaded = loadConfig({ root, services: [...descriptors.keys()], flags, env });
  const catalog = applyConfig(descriptors, loaded);
  // Also of the disabled ones, because `--only` can start any of them.
  const [problem] = checkRoutes(routeTable(loaded.config, catalog, [...catalog.keys()]));
  if (problem !== undefined) throw routeError(problem, catalog, loaded);
  return {
    root,
    stateDir: path.join(root, '.mcpgw'),
    config: loaded.config,
    catalog,
    routes: routeTable(loaded.config, catalog),
    env,
  };
}

function routeError(
  { message, service }: RouteProblem,
  catalog: Catalog,
  { placeOfSetting }: LoadedConfig,
): UserError {
  if (service === undefined) return new UserError('INVALID_CONFIG', message);
  const key = serviceKey(service, 'URLS');
  const place = placeOfSetting(key);
  const file = catalog.get(service)?.file;
  return new UserError('INVALID_CONFIG', message, {
    ...(place ? { place } : file !== undefined && { place: { file, key: 'name' } }),
    nextSteps: [`Give the service another URL with ${key}, such as ${key}=/${service}/mcp.`],
  });
}
