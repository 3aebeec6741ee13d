import type { GatewayStatus } from '../../../../servers/kit/src/contract/admin.ts';
import { createAdminClient } from '../../admin/client.ts';
import { socketTransport } from '../../admin/transport.ts';
import { UserError } from '../../errors.ts';
import { didYouMean } from '../../config/nearest.ts';
import type { LoadProject, Target } from '../target.ts';
import { requireShortPath } from './gateway-process.ts';
import { logNames, readLogs } from './logs.ts';
import { localPaths } from './paths.ts';
import { isAlive } from './process.ts';
import { readUp, removeRunFiles } from './run-files.ts';
import { statusOf, stoppedStatus } from './status.ts';
import { stopGateway } from './stop.ts';
import { requireReselection, reselect, restart, restartService, start } from './up.ts';
import { withUpLock } from './up-lock.ts';

const PROBE_MS = 3000;

/**
 * One Node process on this machine: the gateway, found by its admin socket.
 * @param root the project's folder
 * @param load reads the project; not called by what works without its configuration
 */
export function createLocalTarget(root: string, load: LoadProject): Target {
  const paths = localPaths(root);
  const admin = createAdminClient(socketTransport(paths.adminSocket));
  const context = { paths, admin, load };

  /** The running gateway's status; undefined when none runs. */
  const probe = async (): Promise<GatewayStatus | undefined> => {
    try {
      return await admin.status(PROBE_MS);
    } catch (error) {
      if (error instanceof UserError && error.code === 'NOT_RUNNING') return undefined;
      throw error;
    }
  };

  return {
    admin,
    async up(options) {
      requireShortPath(paths);
      // Who is refused in any case need not wait for another command.
      const before = await probe();
      if (before !== undefined) requireReselection(before, options);
      return withUpLock(paths, options.signal, async () => {
        const running = await probe();
        return running === undefined ? start(context, options) : reselect(context, running, options);
      });
    },
    async down() {
      const running = await probe().catch((error: unknown) => {
        throw hung(error, readUp(paths)?.pid);
      });
      if (running === undefined) removeRunFiles(paths);
      else await stopGateway(admin, paths, running.pid);
      return running !== undefined;
    },
    async status() {
      const running = await probe();
      return running === undefined ? stoppedStatus(load({})) : statusOf(paths, running);
    },
    async *logs(options) {
      const written = await logNames(paths.logDir);
      const silent = options.services.filter((name) => !written.includes(name));
      if (silent.length > 0) requireKnown(silent, ['gateway', ...load({}).catalog.keys()]);
      yield* readLogs(paths.logDir, options);
    },
    async restart(options) {
      await admin.status();
      return withUpLock(paths, options.signal, async () => restart(context, await admin.status(), options));
    },
    restartService: (name, signal) => restartService(context, name, signal),
  };
}

/**
 * A gateway that hangs cannot say which process it is, and what a file says may be about another one by now: a person
 * has to look and to end it.
 */
function hung(error: unknown, pid: number | undefined): unknown {
  const silent = error instanceof UserError && error.code === 'GATEWAY_UNREACHABLE';
  if (!silent || pid === undefined || !isAlive(pid)) return error;
  return new UserError('GATEWAY_UNREACHABLE', error.message, {
    cause: error,
    nextSteps: [`Look whether it is \`ps -o pid,etime,args ${pid}\`; end it with \`kill -9 ${pid}\`.`],
  });
}

/** A name without a log may be a service that has not run yet, or a slip of the pen. */
function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UserError(
    'UNKNOWN_SERVICE',
    `There is no log of ${unknown}.${didYouMean(unknown, known)} Known: ${known.join(', ')}.`,
    { nextSteps: ['Name one of the known logs, or none to see all.'] },
  );
}
