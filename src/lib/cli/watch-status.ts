import { setTimeout as delay } from 'node:timers/promises';
import type { Target, TargetStatus } from '../targets/target.ts';
import { statusText } from './status-text.ts';

const POLL_MS = 1000;

/** Shows a project's status until the person quits or the signal aborts; as lines, whenever a state has changed. */
export async function watchStatus(
  target: Target,
  first: TargetStatus,
  options: { output: 'live' | 'lines' | 'silent'; signal: AbortSignal; write: (text: string) => void },
  pollMs = POLL_MS,
): Promise<void> {
  const { output, signal, write } = options;
  if (output === 'live') {
    const { showLive } = await import('../ui/live.tsx');
    const since = new Date(first.startedAt ?? Date.now());
    const logs = (until: AbortSignal) => target.logs({ services: [], follow: true, since, signal: until });
    await showLive({
      first,
      status: () => target.status(),
      logs,
      footer: 'q or Ctrl-C ends this view',
      signal,
    });
    return;
  }
  let shown = '';
  for (let status = first; !signal.aborted; status = await target.status()) {
    const states = JSON.stringify([
      status.running,
      status.services.map(({ state, restarts }) => [state, restarts]),
    ]);
    if (states !== shown) write(`${statusText(status)}\n`);
    shown = states;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
