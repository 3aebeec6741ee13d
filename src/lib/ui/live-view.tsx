import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { LogEntry, ServiceReport, TargetStatus } from '../targets/target.ts';
import { printable } from '../text/printable.ts';
import { STATE_MARKS } from '../text/state.ts';
import { formatBytes, formatDuration } from '../text/units.ts';

export interface LiveViewProps {
  status: TargetStatus;
  /** Oldest first; as many of the last as there is room for are shown. */
  lines: readonly LogEntry[];
  now: number;
  columns: number;
  rows: number;
  /** What the keys do. */
  footer: string;
}

/** Head, header, blank lines and footer. */
const FIXED_ROWS = 7;

/** A project's services, its sign-in code and its last log lines, on one screen. */
export function LiveView({ status, lines, now, columns, rows, footer }: LiveViewProps) {
  const troubled = status.services.filter(({ error }) => error !== undefined);
  const room = Math.max(0, rows - FIXED_ROWS - status.services.length - troubled.length);
  return (
    <Box flexDirection="column" width={columns}>
      <Head status={status} now={now} />
      <Services services={status.services} columns={columns} />
      {troubled.map(({ name, error }) => (
        <Tint key={name} color="yellow">
          {name}: {firstLine(error ?? '')}
        </Tint>
      ))}
      <Box flexDirection="column" marginTop={1}>
        {lines.slice(Math.max(0, lines.length - room)).map((entry, index) => (
          <Text key={index} wrap="truncate" dimColor={entry.level === 'debug'}>
            <Text dimColor>{entry.time.toTimeString().slice(0, 8)} </Text>
            <Tint color="cyan">{entry.service.padEnd(16)} </Tint>
            <LogMessage entry={entry} />
          </Text>
        ))}
      </Box>
      <Text dimColor>{footer}</Text>
    </Box>
  );
}

function Head({ status, now }: Pick<LiveViewProps, 'status' | 'now'>) {
  if (!status.running) return <Text bold>Not running. Start it with `mcpgw up`.</Text>;
  const age = status.startedAt === null ? 0 : (now - Date.parse(status.startedAt)) / 1000;
  return (
    <Box marginBottom={1} gap={3}>
      <Text bold>{status.url}</Text>
      <Text>up {formatDuration(age)}</Text>
      {status.signIn !== null && (
        <Text>
          sign-in code <Text bold>{status.signIn.code}</Text>
        </Text>
      )}
    </Box>
  );
}

const COLUMNS: readonly [title: string, cell: (service: ServiceReport) => string][] = [
  ['SESSIONS', ({ sessions }) => String(sessions)],
  ['CALLS', ({ calls }) => String(calls)],
  ['ERRORS', ({ errors }) => String(errors)],
  ['MEMORY', ({ memoryBytes }) => (memoryBytes === 0 ? '-' : formatBytes(memoryBytes))],
];
const STATE_WIDTH = 15;
const NUMBER_WIDTH = 10;

function Services({ services, columns }: { services: readonly ServiceReport[]; columns: number }) {
  const nameWidth = Math.max(7, ...services.map(({ name }) => name.length)) + 2;
  const urlWidth = Math.max(...services.map(({ url }) => url.length));
  // Half a URL is of no use.
  const wide = columns >= nameWidth + STATE_WIDTH + COLUMNS.length * NUMBER_WIDTH + urlWidth;
  return (
    <Box flexDirection="column">
      <Text dimColor wrap="truncate">
        {'SERVICE'.padEnd(nameWidth)}
        {'STATE'.padEnd(STATE_WIDTH)}
        {COLUMNS.map(([title]) => title.padEnd(NUMBER_WIDTH)).join('')}
        {wide ? 'URL' : ''}
      </Text>
      {services.map((service) => (
        <Text key={service.name} wrap="truncate">
          {service.name.padEnd(nameWidth)}
          <Tint color={STATE_MARKS[service.state].color}>
            {`${STATE_MARKS[service.state].symbol} ${service.state}`.padEnd(STATE_WIDTH)}
          </Tint>
          {COLUMNS.map(([, cell]) => cell(service).padEnd(NUMBER_WIDTH)).join('')}
          {wide ? service.url : ''}
        </Text>
      ))}
    </Box>
  );
}

function LogMessage({ entry: { level, message } }: { entry: LogEntry }) {
  if (level === 'error' || level === 'fatal') return <Tint color="red">{firstLine(message)}</Tint>;
  if (level === 'warn') return <Tint color="yellow">{firstLine(message)}</Tint>;
  return firstLine(message);
}

/** ink colours through chalk, which knows nothing of NO_COLOR (no-color.org). */
function Tint({ color, children }: { color: string; children: ReactNode }) {
  const colored = (process.env['NO_COLOR'] ?? '') === '';
  return (
    <Text wrap="truncate" {...(colored && { color })}>
      {children}
    </Text>
  );
}

const firstLine = (text: string): string => printable(text).split('\n', 1)[0] ?? '';
