import { render, useInput, useWindowSize } from 'ink';
import { useEffect, useState } from 'react';
import type { LogEntry, TargetStatus } from '../targets/target.ts';
import { LiveView } from './live-view.tsx';

const STATUS_MS = 1000;
const FLUSH_MS = 100;
/** More than any terminal has rows. */
const KEPT_LINES = 500;

export interface LiveOptions {
  first: TargetStatus;
  status: () => Promise<TargetStatus>;
  logs: (signal: AbortSignal) => AsyncIterable<LogEntry>;
  footer: string;
  /** Ends the view from outside. */
  signal: AbortSignal;
  stdin?: NodeJS.ReadableStream;
  stdout?: NodeJS.WritableStream;
}

/**
 * Shows the live view until the person presses `q` or Ctrl-C, or the signal aborts.
 * @param options.status asked each second; while it fails, the last status stays
 */
export async function showLive(options: LiveOptions): Promise<void> {
  const { stdin = process.stdin, stdout = process.stdout, signal } = options;
  const app = render(<Live {...options} onQuit={() => app.unmount()} />, {
    exitOnCtrlC: false,
    interactive: true,
    patchConsole: false,
    stdin,
    stdout,
  });
  const end = (): void => app.unmount();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    await app.waitUntilExit();
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function Live({ first, status, logs, footer, onQuit }: LiveOptions & { onQuit: () => void }) {
  const { columns, rows } = useWindowSize();
  const current = useStatus(first, status);
  const lines = useLines(logs);
  useInput((input, key) => {
    if (input === 'q' || (key.ctrl && input === 'c')) onQuit();
  });
  return (
    <LiveView status={current} lines={lines} now={Date.now()} columns={columns} rows={rows} footer={footer} />
  );
}

function useStatus(first: TargetStatus, read: () => Promise<TargetStatus>): TargetStatus {
  const [current, setCurrent] = useState(first);
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    let mounted = true;
    const poll = async (): Promise<void> => {
      const next = await read().catch(() => undefined);
      if (!mounted) return;
      if (next !== undefined) setCurrent(next);
      timer = setTimeout(() => void poll(), STATUS_MS);
    };
    timer = setTimeout(() => void poll(), STATUS_MS);
    return () => {
      mounted = false;
      clearTimeout(timer);
    };
  }, [read]);
  return current;
}

/** Lines are shown a batch at a time: a burst costs one frame, not one a line. */
function useLines(read: LiveOptions['logs']): readonly LogEntry[] {
  const [lines, setLines] = useState<readonly LogEntry[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    let batch: LogEntry[] = [];
    const flush = (): void => {
      if (batch.length === 0) return;
      const fresh = batch;
      batch = [];
      setLines((before) => [...before, ...fresh].slice(-KEPT_LINES));
    };
    const timer = setInterval(flush, FLUSH_MS);
    const follow = async (): Promise<void> => {
      for await (const entry of read(controller.signal)) {
        batch.push(entry);
        if (batch.length > KEPT_LINES) batch.shift();
      }
    };
    void follow().catch(() => undefined);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [read]);
  return lines;
}
