import { READ_ONLY, messageSchema } from '@mcpgw/kit/echo';
import { defineTool, ToolError, type Call, type Tool } from '@mcpgw/kit/mcp';
import { z } from 'zod';
import type { Memory, Place } from './memory.ts';

const handleSchema = z
  .string()
  .max(64)
  .optional()
  .describe(
    'What echo has answered as `handle`. Only for clients without sessions (protocol 2026-07-28 and later).',
  );

const NOTHING_YET = 'Nothing has been echoed here yet: call echo first.';
const NO_STATE =
  'This call belongs to no session: clients of protocol 2026-07-28 and later pass the `handle` that echo has answered.';

/** `echo`, remembered. */
export const echoTool = (memory: Memory): Tool =>
  defineTool({
    name: 'echo',
    title: 'Echo',
    description:
      'Sends the message back unchanged and remembers it for replayLastEcho. Without a session it answers a handle, under which the state is kept.',
    input: z.strictObject({ message: messageSchema, handle: handleSchema }),
    output: z.object({
      message: z.string(),
      echoes: z.int().describe('How many messages this session or handle has echoed.'),
      handle: z
        .string()
        .optional()
        .describe('Pass it to later calls; absent where the session carries the state.'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    run: ({ message, handle }, call) => {
      const { kind, entry, state } = memory.find(call, handle) ?? memory.open(call);
      state.lastMessage = message;
      state.echoes += 1;
      return {
        text: message,
        data: { message, echoes: state.echoes, ...(kind === 'handle' && { handle: entry.id }) },
        ...(kind === 'handle' && {
          content: [{ type: 'text', text: `State handle: ${entry.id} (pass it as "handle" to later calls)` }],
        }),
      };
    },
  });

export const replayLastEchoTool = (memory: Memory): Tool =>
  defineTool({
    name: 'replayLastEcho',
    title: 'Replay the last echo',
    description:
      'Sends back the last message that echo got in this session or under this handle: proof that state survives between calls.',
    input: z.strictObject({ handle: handleSchema }),
    output: z.object({ message: z.string(), echoes: z.int() }),
    annotations: READ_ONLY,
    run: ({ handle }, call) => {
      const place = memory.find(call, handle);
      if (!place) throw new ToolError(NO_STATE);
      const { lastMessage, echoes } = place.state;
      if (lastMessage === undefined) throw new ToolError(NOTHING_YET);
      return { text: lastMessage, data: { message: lastMessage, echoes } };
    },
  });

const placeSchema = z.object({
  kind: z.enum(['session', 'handle']),
  id: z.string().describe('Its first characters; whole for the one of this call.'),
  createdAt: z.iso.datetime(),
  ageSeconds: z.int(),
  idleSeconds: z.int(),
  echoes: z.int(),
  client: z.string().optional(),
});

export const sessionInfoTool = (memory: Memory, limits: { idleMs: number; maxMs: number }): Tool =>
  defineTool({
    name: 'sessionInfo',
    title: 'Session information',
    description:
      'Shows where the state of this call is kept, how old it is and when it ends, and your own other sessions and handles; never those of others.',
    input: z.strictObject({ handle: handleSchema }),
    output: z.object({
      era: z.enum(['legacy', 'modern']),
      protocolVersion: z.string().optional(),
      current: placeSchema.optional(),
      others: z.array(placeSchema),
      idleLimitSeconds: z.int(),
      ageLimitSeconds: z.int(),
    }),
    annotations: READ_ONLY,
    run: ({ handle }, call) => {
      const now = Date.now();
      const here = memory.find(call, handle);
      const current = here && { ...describe(here, now), id: here.entry.id };
      // Without an edge all callers are one principal, and strangers to each other.
      const own = call.identity ? memory.own(call) : [];
      const others = own.filter((it) => it.entry !== here?.entry).map((it) => describe(it, now));
      const data = {
        era: call.era,
        protocolVersion: call.protocolVersion,
        current,
        others,
        idleLimitSeconds: Math.round(limits.idleMs / 1000),
        ageLimitSeconds: Math.round(limits.maxMs / 1000),
      };
      return { text: sessionText(data, call), data };
    },
  });

type PlaceInfo = z.infer<typeof placeSchema>;

function describe({ kind, entry, state }: Place, now: number): PlaceInfo {
  const client = 'client' in entry.value ? entry.value.client : undefined;
  return {
    kind,
    id: `${entry.id.slice(0, 8)}…`,
    createdAt: new Date(entry.createdAt).toISOString(),
    ageSeconds: Math.round((now - entry.createdAt) / 1000),
    idleSeconds: Math.round((now - entry.lastUsedAt) / 1000),
    echoes: state.echoes,
    ...(client && { client: `${client.name} ${client.version}`.trim() }),
  };
}

function sessionText(
  data: {
    current: PlaceInfo | undefined;
    others: PlaceInfo[];
    idleLimitSeconds: number;
    ageLimitSeconds: number;
  },
  call: Call,
): string {
  const line = (it: PlaceInfo): string =>
    `${it.kind} ${it.id}: ${it.ageSeconds} s old, idle for ${it.idleSeconds} s, ${it.echoes} echoes${it.client ? `, ${it.client}` : ''}`;
  return [
    data.current
      ? `This call: ${line(data.current)}`
      : call.era === 'modern'
        ? `This call names no state. ${NO_STATE}`
        : 'This call belongs to no session.',
    `Ends after ${data.idleLimitSeconds} s without use, at the latest ${data.ageLimitSeconds} s after its start.`,
    call.identity
      ? `Your others: ${data.others.length}${data.others.map((it) => `\n- ${line(it)}`).join('')}`
      : 'Your others: not shown, because nobody vouches for who you are (no X-User-Id).',
  ].join('\n');
}
