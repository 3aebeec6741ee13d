import { UserError } from '../errors.ts';

/** Ctrl-C, a service manager's stop, and the closing of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that can be interrupted. The first signal aborts it, so that it can end what it owns;
 * a second one ends the process at once, as is the system's default.
 * @param work is handed the signal; its `reason` is the error INTERRUPTED
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    release();
    controller.abort(new UserError('INTERRUPTED', 'Interrupted; what was started has been ended.'));
  };
  const release = (): void => SIGNALS.forEach((name) => process.off(name, stop));
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
