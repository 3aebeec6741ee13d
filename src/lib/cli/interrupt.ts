import { UserError } from '../errors.ts';

/** Ctrl-C, a service manager's stop, and the closing of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C can arrive twice: from the terminal, and from the npm script around us. Milliseconds. */
const SAME_PRESS_MS = 500;

/**
 * Runs work that can be interrupted. The first signal aborts it, so that it can end what it owns;
 * a second one ends the process at once, as is the system's default.
 * @param work is handed the signal; its `reason` is the error INTERRUPTED
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (name: NodeJS.Signals): void => {
    first ??= performance.now();
    if (performance.now() - first > SAME_PRESS_MS) {
      release();
      process.kill(process.pid, name);
      return;
    }
    // It stays a listener: others, such as ink's, end the process where they find themselves alone.
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
