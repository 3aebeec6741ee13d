import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogEntry, LogOptions } from '../target.ts';
import { LogFile } from './log-file.ts';
import { parseLogLine } from './log-line.ts';

const SUFFIX = '.log';
const POLL_MS = 200;
/** Of each file's end; so many lines that a pager is wanted anyway, and a bound on memory. */
const TAIL_BYTES = 1024 * 1024;

/**
 * The lines of `.mcpgw/logs/*.log`, oldest first.
 * @param logDir may be absent: then there are no lines yet
 * @param tailBytes how much of the end of each file is read
 */
export async function* readLogs(
  logDir: string,
  options: LogOptions,
  tailBytes = TAIL_BYTES,
): AsyncGenerator<LogEntry, void> {
  const files = new Map<string, LogFile>();
  try {
    for (let first = true; first || (options.follow && !options.signal.aborted); first = false) {
      if (!first) await delay(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined);
      for (const name of await logNames(logDir)) {
        if (files.has(name) || (options.services.length > 0 && !options.services.includes(name))) continue;
        files.set(name, new LogFile(join(logDir, name + SUFFIX), first ? tailBytes : Infinity));
      }
      const { since } = options;
      const entries = await newEntries(files);
      yield* since === undefined ? entries : entries.filter(({ time }) => time >= since);
    }
  } finally {
    await Promise.all(Array.from(files.values(), (file) => file.close()));
  }
}

/** Names of the logs that exist: `gateway`, and one a service. */
export async function logNames(logDir: string): Promise<string[]> {
  try {
    const files = await readdir(logDir);
    return files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function newEntries(files: ReadonlyMap<string, LogFile>): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const [name, file] of files) {
    let last = new Date(0);
    for (const line of await file.read()) {
      if (line === '') continue;
      const entry = parseLogLine(name, line);
      // A line without a time belongs to the one before it.
      if (Number.isNaN(entry.time.getTime())) entry.time = last;
      else last = entry.time;
      entries.push(entry);
    }
  }
  return entries.sort((a, b) => a.time.getTime() - b.time.getTime());
}
