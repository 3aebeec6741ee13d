/** One system under one load. */
export interface Row {
  system: string;
  sessions: number;
  callsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the proxy's own process. */
  cpuMicrosPerCall: number | undefined;
  rssMb: number;
  children: number;
  childrenRssMb: number;
  startMs: number;
  /** Median of the sessions. */
  initMs: number;
}

const HEAD = [
  'system',
  'sessions',
  'calls/s',
  'p50 ms',
  'p99 ms',
  'CPU µs/call',
  '× bare',
  'RSS MB',
  'processes below',
  'their RSS MB',
  'start ms',
  'init ms',
];

/** Of each figure the median. */
export function medianRow(rows: readonly Row[]): Row {
  const [first] = rows;
  if (!first) throw new Error('there is nothing to take a median of');
  const figures = Object.entries(first).map(([name, value]) => {
    if (typeof value !== 'number') return [name, value as unknown] as const;
    const sorted = rows.map((row) => row[name as 'p50Ms']).sort((a, b) => a - b);
    return [name, sorted[Math.floor(sorted.length / 2)]] as const;
  });
  return { ...first, ...(Object.fromEntries(figures) as Partial<Row>) };
}

/** A markdown table; ratios are to bare node:http at the same number of sessions. */
export function table(rows: readonly Row[]): string {
  const bare = new Map(
    rows.filter(({ system }) => system.startsWith('bare')).map((row) => [row.sessions, row.cpuMicrosPerCall]),
  );
  const lines = rows.map((row) => {
    const floor = bare.get(row.sessions);
    const ratio = floor && row.cpuMicrosPerCall ? (row.cpuMicrosPerCall / floor).toFixed(1) : '';
    return [
      row.system,
      row.sessions,
      row.callsPerSecond.toFixed(0),
      row.p50Ms.toFixed(2),
      row.p99Ms.toFixed(2),
      row.cpuMicrosPerCall?.toFixed(0) ?? '',
      ratio,
      row.rssMb.toFixed(0),
      row.children,
      row.childrenRssMb.toFixed(0),
      row.startMs.toFixed(0),
      row.initMs.toFixed(1),
    ];
  });
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
