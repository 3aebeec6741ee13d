import type { GatewayStatus } from '../../../../servers/kit/src/contract/admin.ts';
import { serviceUrls } from '../../routes/table.ts';
import type { ServiceReport, TargetProject, TargetStatus } from '../target.ts';
import type { LocalPaths } from './paths.ts';
import { readSignInCode, readUp } from './run-files.ts';
import { verdict } from './settle.ts';

/** The status of a running project, with what the last `up` has left in `.mcpgw/run`. */
export const statusOf = (paths: LocalPaths, gateway: GatewayStatus): TargetStatus =>
  runningStatus(gateway, readSignInCode(paths), readUp(paths)?.only);

/**
 * The status of a running project.
 * @param code the sign-in code in force, if one is known
 * @param only what `--only` named
 */
export function runningStatus(
  gateway: GatewayStatus,
  code: string | undefined,
  only: readonly string[] | undefined,
): TargetStatus {
  const { url, issuer, startedAt, configurationError, services } = gateway;
  return {
    target: 'local',
    running: true,
    ready: verdict(services, only) === undefined,
    url,
    issuer,
    signIn: code === undefined ? null : { code, expiresAt: null },
    startedAt,
    ...(configurationError !== undefined && { configurationError }),
    services: services.map(({ error, ...service }) => ({
      ...service,
      ...(error !== undefined && { error }),
    })),
  };
}

/** The status of a project that does not run: what would run, and where. */
export function stoppedStatus({ config, catalog, routes }: TargetProject): TargetStatus {
  return {
    target: 'local',
    running: false,
    ready: false,
    url: routes.issuer,
    issuer: routes.issuer,
    signIn: null,
    startedAt: null,
    services: Array.from(catalog.values(), ({ name, title }): ServiceReport => ({
      name,
      title,
      state: config.services.get(name)?.enabled === true ? 'stopped' : 'disabled',
      url: serviceUrls(config, name)[0],
      since: null,
      restarts: 0,
      sessions: 0,
      calls: 0,
      errors: 0,
      memoryBytes: 0,
    })),
  };
}
