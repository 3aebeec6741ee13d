import type { Catalog } from '../catalog/descriptor.ts';

/** How a service's server is started, or why it cannot be on this machine. */
export type Prepared =
  | { state: 'installed'; command: string; args: string[]; path: string }
  | { state: 'unavailable'; reason: string; nextStep: string };

/** Progress of the preparation of one service, such as `downloading 98 packages`. */
export interface PrepareEvent {
  service: string;
  step: string;
}

/** The part of a project that packages are about. */
export interface PackageProject {
  root: string;
  stateDir: string;
  catalog: Catalog;
  env: NodeJS.ProcessEnv;
}

/**
 * Installs what the named services need, as mcpgw.lock says, into `.mcpgw/packages`. Quick when all is there.
 * @param signal ends a running installer together with its children
 * @throws UserError REGISTRY_UNREACHABLE, INTEGRITY_MISMATCH, MISSING_PROGRAM, DISK_FULL, INTERRUPTED
 */
export declare function preparePackages(
  project: PackageProject,
  services: readonly string[],
  report: (event: PrepareEvent) => void,
  signal?: AbortSignal,
): Promise<Map<string, Prepared>>;
