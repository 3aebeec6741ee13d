import type { Prepared, PrepareEvent } from '../../src/lib/packages/prepare.ts';
import { preparePackages } from '../../src/lib/packages/prepare.ts';
import { loadProject, type Project } from '../../src/lib/project.ts';

/** What a preparation ended with, and what it reported on the way. */
export interface Preparation {
  project: Project;
  prepared: Map<string, Prepared>;
  events: PrepareEvent[];
}

/**
 * Prepares services of a project as `up` does.
 * @param env replaces the process environment, where package managers find their settings
 */
export async function prepare(
  root: string,
  services: string[],
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<Preparation> {
  const project = loadProject(root, {}, env);
  const events: PrepareEvent[] = [];
  const prepared = await preparePackages(project, services, (event) => events.push(event), signal);
  return { project, prepared, events };
}

/** Where package managers find no registry, and nothing that they have kept. */
export const noRegistry = (cache: string): NodeJS.ProcessEnv => {
  const nowhere = 'http://127.0.0.1:9';
  const kept = Object.entries(process.env).filter(([key]) => !/^(pip|uv|npm_config)_/i.test(key));
  return {
    ...Object.fromEntries(kept),
    npm_config_registry: nowhere,
    npm_config_cache: cache,
    PIP_INDEX_URL: `${nowhere}/simple`,
    PIP_CACHE_DIR: cache,
    PIP_CONFIG_FILE: '/dev/null',
    UV_INDEX_URL: `${nowhere}/simple`,
    UV_CACHE_DIR: cache,
    UV_HTTP_RETRIES: '0',
  };
};
