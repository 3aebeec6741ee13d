import type { ServiceReport, TargetStatus } from '../targets/target.ts';
import { printable } from '../text/printable.ts';
import { STATE_MARKS } from '../text/state.ts';
import { style } from '../text/style.ts';
import { table } from '../text/table.ts';
import { formatBytes, formatDuration } from '../text/units.ts';

/** The JSON that `status` and `up` give (docs/reference/commands.md); other tools rely on it. */
export function statusDocument({ target, ready, url, issuer, signIn, services }: TargetStatus): object {
  return {
    target,
    ready,
    url,
    issuer,
    signIn,
    services: services.map(({ name, state, url: serviceUrl, since, restarts, error }) => ({
      name,
      state,
      url: serviceUrl,
      since,
      restarts,
      ...(error !== undefined && { error }),
    })),
  };
}

/** A status for people. */
export function statusText(status: TargetStatus, now = Date.now()): string {
  const header = ['SERVICE', 'STATE', 'SESSIONS', 'CALLS', 'ERRORS', 'MEMORY', 'URL'];
  const rows = status.services.map((service) => [
    service.name,
    stateText(service),
    ...(status.running ? numbers(service) : ['-', '-', '-', '-']),
    service.url,
  ]);
  return [
    ...headLines(status, now),
    '',
    table([header.map((word) => style('dim', word)), ...rows]),
    ...problems(status),
  ].join('\n');
}

/** Where it runs, since when, and the code to sign in with. */
function headLines({ running, url, startedAt, signIn }: TargetStatus, now: number): string[] {
  if (!running) return ['Not running. Start it with `mcpgw up`.'];
  const age = startedAt === null ? '' : ` for ${formatDuration((now - Date.parse(startedAt)) / 1000)}`;
  const code = signIn === null ? [] : [`Sign-in code  ${style('bold', signIn.code)}`];
  return [`Running at ${style('bold', url)}${age}`, ...code];
}

/** The URLs of what runs. */
export function urlsText({ services }: TargetStatus): string {
  const running = services.filter(({ state }) => state === 'ready' || state === 'starting');
  return table(running.map(({ name, url }) => [name, url]));
}

/** A state with its mark and colour. */
export function stateText({ state }: Pick<ServiceReport, 'state'>): string {
  const { color, symbol } = STATE_MARKS[state];
  return style(color, `${symbol} ${state}`);
}

function numbers({ sessions, calls, errors, memoryBytes }: ServiceReport): string[] {
  return [
    String(sessions),
    String(calls),
    String(errors),
    memoryBytes === 0 ? '-' : formatBytes(memoryBytes),
  ];
}

/** Why services are `failed` or `unavailable`, and what is wrong with the configuration in force. */
export function problems({ configurationError, services }: TargetStatus): string[] {
  const lines = services.flatMap(({ name, error }) =>
    error === undefined ? [] : [`${style('bold', name)}: ${indentRest(printable(error))}`],
  );
  if (configurationError !== undefined) {
    lines.push(`The configuration before is still in force: ${indentRest(printable(configurationError))}`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

const indentRest = (text: string): string => text.trimEnd().replaceAll('\n', '\n  ');
