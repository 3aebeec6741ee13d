import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayStatus } from '../../../../servers/kit/src/contract/admin.ts';
import type { AdminClient } from '../../admin/client.ts';
import { unknownService } from '../../catalog/select.ts';
import { requireWritable } from '../../config/write-file.ts';
import { UserError } from '../../errors.ts';
import type { LoadProject, RestartOptions, Started, TargetProject, UpOptions } from '../target.ts';
import type { LocalPaths } from './paths.ts';
import { requireFreePort } from './port.ts';
import { createSignInCode, readSignInCode, readUp, writeSignInCode, writeUp } from './run-files.ts';
import { untilSettled, verdict } from './settle.ts';
import { renderRun, startRun } from './start.ts';
import { runningStatus, statusOf } from './status.ts';
import { stopGateway } from './stop.ts';

const RESTART_POLL_MS = 50;
/** Longer than any service's start deadline may be. */
const RESTART_MS = 300_000;

export interface LocalContext {
  paths: LocalPaths;
  admin: AdminClient;
  load: LoadProject;
}

/** `up` of a project that does not run: a new gateway and a new sign-in code. */
export async function start(context: LocalContext, options: UpOptions): Promise<Started> {
  const project = loadAt(context.load, options.port);
  await requireFreePort(project.config.port);
  const file = await renderRun(project, options);
  return startRun(context.paths, context.admin, file, { ...options, code: createSignInCode() });
}

/**
 * `up` of a project that runs: with `only`, the gateway follows the new selection; its port, its owner and the
 * sign-in code stay.
 * @throws UserError ALREADY_RUNNING without `only`, or for another port
 */
export async function reselect(
  { paths, admin, load }: LocalContext,
  running: GatewayStatus,
  options: UpOptions,
): Promise<Started> {
  requireReselection(running, options);
  const port = portOf(running);
  const file = await renderRun(load({ port }), options);
  writeUp(paths, { pid: running.pid, port: readUp(paths)?.port, only: options.only });
  let code = readSignInCode(paths);
  if (code === undefined) {
    code = createSignInCode();
    await admin.setSignInCode(code);
    writeSignInCode(paths, code);
  }
  const settled = await untilSettled(admin, file, options.signal);
  return {
    status: runningStatus(settled, code, options.only),
    failure: verdict(settled.services, options.only),
  };
}

/**
 * Refuses an `up` that a running project cannot follow.
 * @throws UserError ALREADY_RUNNING without `only`, or for another port
 */
export function requireReselection(running: GatewayStatus, { only, port }: UpOptions): void {
  if (only === undefined || (port !== undefined && port !== portOf(running))) {
    throw alreadyRunning(running.url);
  }
}

/**
 * Ends the project and starts it again as the `up` before had started it, detached. All that can be wrong with the
 * configuration, and a full disk, is found before anything ends. The sign-in code stays: there was no `down`.
 */
export async function restart(
  { paths, admin, load }: LocalContext,
  running: GatewayStatus,
  options: RestartOptions,
): Promise<Started> {
  const { only, port } = readUp(paths) ?? {};
  const code = readSignInCode(paths) ?? createSignInCode();
  const project = loadAt(load, port);
  if (project.config.port !== portOf(running)) await requireFreePort(project.config.port);
  const file = await renderRun(project, { ...options, only });
  for (const folder of [paths.runDir, paths.dataDir]) requireWritable(folder);
  await stopGateway(admin, paths, running.pid);
  return startRun(paths, admin, file, { ...options, code, detach: true, only, port });
}

/**
 * Restarts one service and waits until it has settled.
 * @throws UserError UNKNOWN_SERVICE, of the admin API, INTERRUPTED
 */
export async function restartService(
  { paths, admin }: LocalContext,
  name: string,
  signal: AbortSignal,
): Promise<Started> {
  const find = async () => {
    const status = await admin.status();
    return { status, service: status.services.find((service) => service.name === name) };
  };
  const { service: before, status: running } = await find();
  if (before === undefined) {
    throw unknownService(
      name,
      running.services.map((service) => service.name),
    );
  }
  await admin.restartService(name);
  for (const deadline = Date.now() + RESTART_MS; ;) {
    const { status, service } = await find();
    const settled = service?.state !== 'starting' && service?.since !== before.since;
    if (settled || Date.now() > deadline) {
      return { status: statusOf(paths, status), failure: verdict(service === undefined ? [] : [service]) };
    }
    await delay(RESTART_POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

const portOf = ({ url }: GatewayStatus): number => Number(new URL(url).port || 80);

const loadAt = (load: LoadProject, port: number | undefined): TargetProject =>
  load(port === undefined ? {} : { port });

function alreadyRunning(url: string): UserError {
  return new UserError('ALREADY_RUNNING', `The project is running already at ${url}.`, {
    nextSteps: [
      'Apply a changed configuration with `mcpgw restart`.',
      'Select other services with `mcpgw up --only …`.',
      'Stop it with `mcpgw down`.',
    ],
  });
}
