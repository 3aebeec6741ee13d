import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { defineTool, type Call, type Tool } from '../mcp/index.ts';
import { header, type EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';

const outputSchema = z.object({
  receivedAt: z.iso.datetime(),
  elapsedMs: z.number().describe('From the arrival of the request at this server to this line.'),
  grade: z.enum(['excellent', 'good', 'acceptable', 'slow']),
  queuedMs: z
    .number()
    .optional()
    .describe('Between X-Request-Start, which a proxy in front has set, and the arrival.'),
  bodyBytes: z.int().optional(),
  sessionAgeSeconds: z.number().optional(),
  serverUptimeSeconds: z.int(),
  eventLoopUtilization: z.number().describe('Share of time in which the process was busy, since its start.'),
});

/** Upper bounds of the grades, in milliseconds. */
const GRADES = [
  ['excellent', 10],
  ['good', 50],
  ['acceptable', 100],
] as const;

export const requestTimingTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'requestTiming',
    title: 'Request timing',
    description:
      'Shows how long this request has taken inside the server, and how busy the server is. Subtract it from what the client measures: the rest is network, gateway and client.',
    input: z.strictObject({}),
    output: outputSchema,
    annotations: { ...READ_ONLY, idempotentHint: false },
    run: (_input, call) => {
      const data = timing(call, context);
      return { text: timingText(data), data };
    },
  });

function timing(call: Call, { startedAt }: EchoContext): z.infer<typeof outputSchema> {
  const now = Date.now();
  const elapsedMs = round(performance.now() - call.startedAt);
  const queuedMs = queued(call);
  const length = Number(header(call, 'content-length') ?? NaN);
  return {
    receivedAt: call.receivedAt.toISOString(),
    elapsedMs,
    grade: GRADES.find(([, bound]) => elapsedMs < bound)?.[0] ?? 'slow',
    ...(queuedMs !== undefined && { queuedMs }),
    ...(Number.isSafeInteger(length) && { bodyBytes: length }),
    ...(call.session && { sessionAgeSeconds: round((now - call.session.createdAt) / 1000) }),
    serverUptimeSeconds: Math.round((now - startedAt.getTime()) / 1000),
    eventLoopUtilization: round(performance.eventLoopUtilization().utilization),
  };
}

/** `t=` and seconds, milliseconds or microseconds since the epoch: each proxy has its own unit. */
function queued(call: Call): number | undefined {
  const raw = Number(
    /^(?:t=)?(\d{1,19}(?:\.\d{1,6})?)$/.exec(header(call, 'x-request-start') ?? '')?.[1] ?? NaN,
  );
  if (Number.isNaN(raw)) return undefined;
  const ms = raw > 1e14 ? raw / 1000 : raw > 1e11 ? raw : raw * 1000;
  return round(call.receivedAt.getTime() - ms);
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

const timingText = (data: z.infer<typeof outputSchema>): string =>
  [
    `Received at ${data.receivedAt}, ${data.elapsedMs} ms ago: ${data.grade}.`,
    ...(data.queuedMs === undefined
      ? []
      : [`Waited ${data.queuedMs} ms between the proxy in front and this server.`]),
    ...(data.bodyBytes === undefined ? [] : [`Request body: ${data.bodyBytes} bytes.`]),
    ...(data.sessionAgeSeconds === undefined ? [] : [`The session is ${data.sessionAgeSeconds} s old.`]),
    `The server has run for ${data.serverUptimeSeconds} s, busy ${Math.round(data.eventLoopUtilization * 100)} % of the time.`,
    'Network, gateway and client are not in these figures: compare them with what the client measures.',
  ].join('\n');
