import { ToolError } from '@mcpgw/kit/mcp';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BOUNDS } from '../options.ts';
import type { Page } from './page.ts';

export interface Job {
  html: string;
  url: string;
}

export type JobResult = { ok: true; page: Page } | { ok: false };

/** Turns pages into Markdown in a thread of its own. */
export interface Converter {
  /** @throws ToolError the page is too much: too long a work, too much memory, or too many wait */
  convert(job: Job, signal: AbortSignal): Promise<Page>;
  close(): Promise<void>;
}

const MAX_WAITING = 16;
/** A thread that nobody needs gives its memory back. */
const IDLE_MS = 60_000;
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 48, stackSizeMb: 4 };

/**
 * @param entry the worker's program
 * @param convertMs the longest a page may take
 */
export function createConverter(entry: URL = workerEntry(), convertMs: number = BOUNDS.convertMs): Converter {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const start = (): Worker => {
    // An empty environment: the thread needs none, and a page that broke out of the parser finds none.
    const thread = new Worker(entry, { env: {}, resourceLimits: MEMORY });
    // Also between jobs, when nobody waits for it: an error without a listener would end the process.
    thread.on('error', () => undefined);
    return thread;
  };

  const run = async (job: Job, signal: AbortSignal): Promise<Page> => {
    signal.throwIfAborted();
    clearTimeout(idle);
    worker ??= start();
    const deadline = AbortSignal.timeout(convertMs);
    try {
      const answered = once(worker, 'message', { signal: AbortSignal.any([signal, deadline]) });
      worker.postMessage(job);
      const [result] = (await answered) as [JobResult];
      if (!result.ok)
        throw new ToolError('The page cannot be converted. Ask again with raw: true for its source.');
      idle = setTimeout(() => void stop(), IDLE_MS).unref();
      return result.page;
    } catch (error) {
      await stop();
      signal.throwIfAborted();
      if (error instanceof ToolError) throw error;
      const reason = deadline.aborted ? 'it takes too long' : 'it needs too much memory';
      throw new ToolError(
        `The page cannot be converted: ${reason}. Ask again with raw: true for its source.`,
      );
    }
  };

  return {
    convert: async (job, signal) => {
      if (waiting >= MAX_WAITING)
        throw new ToolError('Too many pages wait to be converted: try again in a moment.');
      waiting += 1;
      const mine = last.then(() => run(job, signal));
      last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
    close: stop,
  };
}

/** Beside this file: its source, or in a build its bundle (scripts/build.mjs). */
function workerEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../worker.ts' : './fetch-worker.mjs', import.meta.url);
}
