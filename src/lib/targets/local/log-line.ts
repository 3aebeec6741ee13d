import { printable } from '../../text/printable.ts';
import type { LogEntry } from '../target.ts';

/** pino's numbers. */
const LEVELS: ReadonlyMap<unknown, string> = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);

/** What every line has, and what stands in columns of its own. */
const OWN_FIELDS = new Set(['level', 'time', 'name', 'msg', 'pid', 'hostname', 'v']);

/**
 * One line of a log file: a JSON object as pino writes it, or whatever else stands there.
 * @param service whose log it is
 */
export function parseLogLine(service: string, raw: string): LogEntry {
  const fields = parseObject(raw);
  if (fields === undefined) {
    return { service, time: new Date(Number.NaN), level: 'info', message: printable(raw), raw };
  }
  const { level, time, name, msg } = fields;
  const rest = Object.entries(fields).filter(([key]) => !OWN_FIELDS.has(key));
  const words = [
    typeof name === 'string' && name !== service ? `${name}:` : '',
    typeof msg === 'string' ? msg : '',
    ...rest.map(([key, value]) => `${key}=${show(value)}`),
  ];
  return {
    service,
    time: new Date(typeof time === 'string' || typeof time === 'number' ? time : Number.NaN),
    level: LEVELS.get(level) ?? 'info',
    message: printable(words.filter((word) => word !== '').join(' ')),
    raw,
  };
}

function show(value: unknown): string {
  if (typeof value === 'string' && !/[\s"=]/.test(value)) return value;
  return JSON.stringify(isError(value) ? value.message : value);
}

/** As pino's serialiser writes an error; its stack is of use in the file only. */
const isError = (value: unknown): value is { message: string } =>
  typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;

function parseObject(raw: string): Record<string, unknown> | undefined {
  if (!raw.startsWith('{')) return undefined;
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
