import { gatewayFileSchema, type GatewayFile } from '../../../../servers/kit/src/contract/gateway.ts';
import type { AdminClient } from '../../admin/client.ts';
import { select } from '../../catalog/select.ts';
import { UserError } from '../../errors.ts';
import { preparePackages } from '../../packages/prepare.ts';
import { renderLocal } from '../../render/local.ts';
import { writeRendered } from '../../render/write.ts';
import type { Foreground, Started, TargetProject, UpOptions } from '../target.ts';
import { lastOutput, startGateway, type GatewayProcess } from './gateway-process.ts';
import { readLogs } from './logs.ts';
import type { LocalPaths } from './paths.ts';
import { prepareRunDir, removeRunFiles, writeSignInCode, writeUp } from './run-files.ts';
import { untilSettled, verdict } from './settle.ts';
import { runningStatus } from './status.ts';
import { stopGateway } from './stop.ts';

const LAST_LINES = 10;
const LAST_BYTES = 16 * 1024;

/**
 * Everything before the start: select, prepare the packages, render, write.
 * @returns what the gateway is told
 */
export async function renderRun(
  project: TargetProject,
  options: Pick<UpOptions, 'force' | 'only' | 'preparation' | 'signal'>,
): Promise<GatewayFile> {
  const selected = select(project.catalog, project.config, options.only);
  const prepared = await options.preparation(selected, (report) =>
    preparePackages(project, selected, report, options.signal),
  );
  options.signal.throwIfAborted();
  const files = renderLocal(project, selected, prepared);
  writeRendered(project.root, files, { force: options.force === true });
  const gatewayFile = files.find(({ name }) => name === 'gateway.json');
  return gatewayFileSchema.parse(JSON.parse(gatewayFile?.text ?? 'null'));
}

export interface StartOptions extends Pick<UpOptions, 'detach' | 'only' | 'port' | 'signal'> {
  /** The sign-in code to put in force. */
  code: string;
}

/**
 * Starts the gateway on rendered files and waits until its services have settled.
 * Whatever goes wrong on the way, it is ended again; a service that fails is no such thing.
 * @throws UserError of startGateway, GATEWAY_ENDED, INTERRUPTED
 */
export async function startRun(
  paths: LocalPaths,
  admin: AdminClient,
  file: GatewayFile,
  { code, detach, only, port, signal }: StartOptions,
): Promise<Started> {
  prepareRunDir(paths);
  const gateway = await startGateway(paths, { foreground: !detach, port: file.port, signal });
  const died = gateway.ended.then(async (how) => {
    throw await endedError(paths, how ?? 'by itself');
  });
  const settle = async () => {
    await admin.setSignInCode(code);
    writeSignInCode(paths, code);
    writeUp(paths, { pid: gateway.pid, only, port });
    return untilSettled(admin, file, signal);
  };
  try {
    const status = await Promise.race([settle(), died]);
    if (detach) gateway.release();
    return {
      status: runningStatus(status, code, only),
      failure: verdict(status.services, only),
      ...(!detach && { foreground: foreground(paths, admin, gateway) }),
    };
  } catch (error) {
    await stopGateway(admin, paths, gateway.pid);
    gateway.release();
    throw error;
  }
}

function foreground(paths: LocalPaths, admin: AdminClient, gateway: GatewayProcess): Foreground {
  const ended = gateway.ended.then(async (how) => {
    removeRunFiles(paths, gateway.pid);
    if (how !== undefined) throw await endedError(paths, how);
  });
  // Whoever stops it no longer asks how it ended.
  ended.catch(() => undefined);
  return { ended, stop: () => stopGateway(admin, paths, gateway.pid) };
}

/** The gateway died: how, and the last that it said. */
async function endedError(paths: LocalPaths, how: string): Promise<UserError> {
  const lines: string[] = [];
  const options = { services: ['gateway'], follow: false, signal: AbortSignal.abort() };
  for await (const { level, message } of readLogs(paths.logDir, options, LAST_BYTES))
    lines.push(`${level} ${message}`);
  const output = lastOutput(paths);
  const last = [...lines.slice(-LAST_LINES), ...(output === '' ? [] : [output])];
  return new UserError('GATEWAY_ENDED', [`The gateway has ended (${how}).`, ...last].join('\n'), {
    nextSteps: ['Look at `mcpgw logs gateway`, then run `mcpgw up` again.'],
  });
}
