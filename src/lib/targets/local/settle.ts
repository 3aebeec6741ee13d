import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayStatus, ServiceStatus } from '../../../../servers/kit/src/contract/admin.ts';
import type { GatewayFile } from '../../../../servers/kit/src/contract/gateway.ts';
import type { AdminClient } from '../../admin/client.ts';
import { UserError } from '../../errors.ts';

const FIRST_POLL_MS = 25;
const SLOWEST_POLL_MS = 200;
/** Beyond the services' own start deadline: the gateway's look at its files, and its bookkeeping. */
const MARGIN_MS = 10_000;
/** The gateway looks at its files at least every 2 s; an older error may be about the file before. */
const FOLLOWED_MS = 3000;

/**
 * Waits until the running gateway does what `gateway.json` says and every selected service is
 * `ready`, `failed` or `unavailable`; or until the longest start deadline has passed.
 * @param file the rendered file
 * @param followedMs after which a configuration error is about this file
 * @returns the last status
 * @throws UserError INVALID_CONFIG when the gateway refuses the file; INTERRUPTED; what the admin client throws
 */
export async function untilSettled(
  admin: AdminClient,
  file: GatewayFile,
  signal: AbortSignal,
  followedMs = FOLLOWED_MS,
): Promise<GatewayStatus> {
  const started = Date.now();
  const deadline = started + longestStart(file) + MARGIN_MS;
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, SLOWEST_POLL_MS)) {
    signal.throwIfAborted();
    const status = await admin.status();
    if (status.configurationError !== undefined && Date.now() - started > followedMs) {
      throw new UserError('INVALID_CONFIG', `The gateway refused the change: ${status.configurationError}`);
    }
    if (isSettled(status, file) || Date.now() >= deadline) return status;
    await delay(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Whether every service has got where the file wants it, or has failed to. */
export function isSettled(status: GatewayStatus, file: GatewayFile): boolean {
  const states = new Map(status.services.map(({ name, state }) => [name, state]));
  return file.services.every(({ name, disposition }) => {
    const state = states.get(name);
    if (disposition.state !== 'selected') return state === disposition.state;
    return state === 'ready' || state === 'failed' || state === 'unavailable';
  });
}

function longestStart({ services }: GatewayFile): number {
  const starts = services.map(({ disposition }) =>
    disposition.state === 'selected' ? disposition.run.limits.startMs : 0,
  );
  return Math.max(0, ...starts);
}

/**
 * Why an `up` counts as failed, if it does (issue: a failed service, or an unavailable one that was asked for by name).
 * @param only the services named in `--only`
 */
export function verdict(
  services: readonly ServiceStatus[],
  only: readonly string[] = [],
): UserError | undefined {
  const failed = services.filter(({ state }) => state === 'failed' || state === 'starting');
  const missing = services.filter(({ name, state }) => state === 'unavailable' && only.includes(name));
  const bad = [...failed, ...missing];
  if (bad.length === 0) return undefined;
  const reasons = bad.map(({ name, state, error }) =>
    state === 'starting'
      ? `${name} is still starting.`
      : `${name} is ${state}: ${error ?? 'no reason given'}`,
  );
  return new UserError(failed.length > 0 ? 'SERVICE_FAILED' : 'SERVICE_UNAVAILABLE', reasons.join('\n'), {
    nextSteps: bad.map(({ name, state }) =>
      state === 'unavailable'
        ? `Install what ${name} needs, then run \`mcpgw up\` again.`
        : `Look at \`mcpgw logs ${name}\`, then run \`mcpgw restart ${name}\`.`,
    ),
  });
}
