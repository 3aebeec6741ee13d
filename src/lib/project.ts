import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RouteTable } from '../../servers/kit/src/contract/index.ts';
import type { Catalog } from './catalog/descriptor.ts';
import type { Config } from './config/config.ts';
import { UserError } from './errors.ts';

/** A project as every command sees it: read once, validated, complete. */
export interface Project {
  root: string;
  /** `.mcpgw` in the root. */
  stateDir: string;
  config: Config;
  catalog: Catalog;
  routes: RouteTable;
}

export interface Overrides {
  /** `--port`. */
  port?: number;
}

/**
 * Finds the project that holds `from`: the nearest folder upwards with a mcpgw.yaml, or `explicit` itself.
 * @throws UserError NO_PROJECT
 */
export function findProject(from: string, explicit?: string): string {
  for (let dir = path.resolve(from, explicit ?? '.'); ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'mcpgw.yaml'))) return dir;
    if (explicit !== undefined || path.dirname(dir) === dir) break;
  }
  throw new UserError('NO_PROJECT', 'no project here');
}

/**
 * Reads and validates everything a project says, before anything happens.
 * @throws UserError INVALID_CONFIG or INVALID_DESCRIPTOR with the place
 */
export declare function loadProject(root: string, overrides?: Overrides, env?: NodeJS.ProcessEnv): Project;
