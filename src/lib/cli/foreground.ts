import type { Foreground, Started, Target } from '../targets/target.ts';
import { logText } from './log-text.ts';
import { statusText, urlsText } from './status-text.ts';
import { tryLine } from './try-line.ts';

export interface ForegroundOptions {
  root: string;
  /** Log lines from then on are shown. */
  since: Date;
  /** `live`: the ink view; `lines`: plain lines; `silent`: nothing. */
  output: 'live' | 'lines' | 'silent';
  write: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Shows a running target until it ends, the person quits or a signal comes; then ends it in order.
 * @throws UserError GATEWAY_ENDED when it died
 */
export async function watchForeground(
  target: Target,
  { status, foreground }: Started & { foreground: Foreground },
  options: ForegroundOptions,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  try {
    await Promise.race([foreground.ended, show(target, status, { ...options, signal })]);
  } finally {
    over.abort();
    await foreground.stop();
  }
}

/** Ends when the signal aborts or the person quits. */
async function show(target: Target, status: Started['status'], options: ForegroundOptions): Promise<void> {
  const { output, root, since, signal, write } = options;
  const logs = (until: AbortSignal) => target.logs({ services: [], follow: true, since, signal: until });
  const line = tryLine(status, root);
  if (output === 'lines') write(`${statusText(status)}\n`);
  // The live view shows them only where there is room.
  if (output === 'live') write(`${urlsText(status)}\n`);
  if (output !== 'silent' && line !== undefined) write(`Try it:\n\n${line}\n`);
  if (output === 'live') {
    const { showLive } = await import('../ui/live.tsx');
    await showLive({
      first: status,
      status: () => target.status(),
      logs,
      footer: 'q or Ctrl-C stops everything',
      signal,
    });
    return;
  }
  if (output === 'lines') {
    write('Ctrl-C stops everything.\n');
    for await (const entry of logs(signal)) write(logText(entry));
    return;
  }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
