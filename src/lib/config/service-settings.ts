import { z } from 'zod';
import type { Limits } from '../../../servers/kit/src/contract/index.ts';
import { durationYaml, sizeYaml } from './values.ts';

/** Who shares a child process: one a session, one a user, one for all. */
export const isolationSchema = z.enum(['session', 'user', 'shared']);
export type Isolation = z.infer<typeof isolationSchema>;

/** Limits of one service that differ from the defaults, in the units of `gateway.json`. */
export type LimitSettings = Partial<Limits>;

const COUNT_WORDS = 'a whole number from 1 to 1000000';
const count = z.int().min(1, COUNT_WORDS).max(1_000_000, COUNT_WORDS);

/** `limits` of a descriptor and `limits.<service>` of mcpgw.yaml. Sizes are `32mb` or bytes, durations `5m` or seconds. */
export const limitsSchema = z.strictObject({
  body: sizeYaml.optional().meta({ description: 'Largest request body.' }),
  line: sizeYaml.optional().meta({ description: 'Longest line that the server may write.' }),
  queued: sizeYaml.optional().meta({ description: 'Bytes that may wait for a slow reader.' }),
  inFlight: count.optional().meta({ description: 'Requests under way in one session.' }),
  request: durationYaml.optional().meta({ description: 'Longest wait for an answer; progress extends it.' }),
  sessions: count.optional().meta({ description: 'Sessions at a time.' }),
  sessionsPerUser: count.optional().meta({ description: 'Sessions of one user at a time.' }),
  sessionIdle: durationYaml.optional().meta({ description: 'A session without requests ends after it.' }),
  sessionMax: durationYaml.optional().meta({ description: 'Every session ends after it.' }),
  start: durationYaml.optional().meta({ description: 'Longest wait for the server to start.' }),
});
export type LimitsInput = z.output<typeof limitsSchema>;

/** The file's words as the contract's names; what is absent stays absent. */
export function limitSettings(input: LimitsInput): LimitSettings {
  const settings: { [Key in keyof Limits]: number | undefined } = {
    bodyBytes: input.body,
    lineBytes: input.line,
    queuedBytes: input.queued,
    inFlight: input.inFlight,
    requestMs: input.request,
    sessions: input.sessions,
    sessionsPerUser: input.sessionsPerUser,
    sessionIdleMs: input.sessionIdle,
    sessionMaxMs: input.sessionMax,
    startMs: input.start,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

const MIB = 1024 ** 2;
const MINUTE = 60_000;

/** What holds where neither the descriptor nor mcpgw.yaml says otherwise. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 32 * MIB,
  lineBytes: 64 * MIB,
  queuedBytes: 64 * MIB,
  inFlight: 64,
  requestMs: 5 * MINUTE,
  sessions: 128,
  sessionsPerUser: 64,
  sessionIdleMs: 30 * MINUTE,
  sessionMaxMs: 24 * 60 * MINUTE,
  startMs: 30_000,
};
