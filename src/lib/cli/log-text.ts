import type { LogEntry } from '../targets/target.ts';
import { style } from '../text/style.ts';

const COLORS: ReadonlyMap<string, 'yellow' | 'red' | 'gray'> = new Map([
  ['trace', 'gray'],
  ['debug', 'gray'],
  ['warn', 'yellow'],
  ['error', 'red'],
  ['fatal', 'red'],
]);

/** One log line for people: local time, service, level, message. Further lines of a message are indented. */
export function logText({ time, service, level, message }: LogEntry): string {
  const color = COLORS.get(level);
  const word = level.toUpperCase().padEnd(5);
  return [
    style('dim', clock(time)),
    style('cyan', service.padEnd(18)),
    color === undefined ? word : style(color, word),
    message.replaceAll('\n', '\n  '),
  ].join(' ');
}

/** `14:03:07.120`, in local time. */
export function clock(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${parts.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** A log line under `--json`: the object as it was written, with the service it belongs to. */
export function logDocument({ service, raw }: LogEntry): object {
  try {
    return { service, ...(JSON.parse(raw) as object) };
  } catch {
    return { service, msg: raw };
  }
}
