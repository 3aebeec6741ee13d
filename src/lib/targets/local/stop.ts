import type { AdminClient } from '../../admin/client.ts';
import { UserError } from '../../errors.ts';
import type { LocalPaths } from './paths.ts';
import { endProcess } from './process.ts';
import { removeRunFiles } from './run-files.ts';

/** A little longer than the gateway gives itself. */
const GRACE_MS = 5000;

/**
 * Ends a running gateway in order, and makes sure that it is gone.
 * @param pid the process that has just answered on the admin socket
 */
export async function stopGateway(admin: AdminClient, paths: LocalPaths, pid: number): Promise<void> {
  // A refusal or a lost answer does not matter: what counts is whether the process goes.
  const asked = await admin.shutdown().then(
    () => true,
    () => false,
  );
  if (!(await endProcess(pid, asked ? GRACE_MS : 0))) {
    throw new UserError(
      'GATEWAY_UNREACHABLE',
      `The gateway (process ${pid}) does not end, not even by SIGKILL.`,
      {
        nextSteps: [`Look at it with \`ps -o pid,stat,wchan,args ${pid}\`.`],
      },
    );
  }
  removeRunFiles(paths, pid);
}
