import { z } from 'zod';
import { nameSchema } from './routes.ts';

/** Bounds of one service. Bytes, milliseconds and counts. */
export const limitsSchema = z.strictObject({
  bodyBytes: z.int().positive(),
  lineBytes: z.int().positive(),
  inFlight: z.int().positive(),
  queuedBytes: z.int().positive(),
  requestMs: z.int().positive(),
  sessions: z.int().positive(),
  sessionsPerUser: z.int().positive(),
  sessionIdleMs: z.int().positive(),
  sessionMaxMs: z.int().positive(),
  startMs: z.int().positive(),
});

export type Limits = z.infer<typeof limitsSchema>;

/** A stdio server that the proxy runs as a child process. */
export const proxyRunSchema = z.strictObject({
  kind: z.literal('proxy'),
  /** Absolute path, or a name that is looked up in `env.PATH`. Never passed to a shell. */
  command: z.string().min(1),
  /** `{userDir}` is replaced by the caller's own folder when the child is started. */
  args: z.array(z.string()),
  /** The child's whole environment; nothing is inherited. Values may hold `{userDir}`. */
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  /** Folder that holds one folder a principal. */
  userDirs: z.string(),
  isolation: z.enum(['session', 'user', 'shared']),
  /** Serves one principal and refuses a second with 403. */
  arbitraryCode: z.boolean(),
  /** Children started ahead of need. */
  spares: z.int().nonnegative(),
  limits: limitsSchema,
});

/** A server of our own that runs inside the gateway's process. */
export const nativeRunSchema = z.strictObject({
  kind: z.literal('native'),
  limits: limitsSchema,
});

/** One service as the gateway finds it. Only `selected` ones are started. */
export const serviceSchema = z.strictObject({
  name: nameSchema,
  title: z.string(),
  url: z.url(),
  disposition: z.discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('selected'),
      run: z.discriminatedUnion('kind', [proxyRunSchema, nativeRunSchema]),
    }),
    z.strictObject({ state: z.literal('stopped') }),
    z.strictObject({ state: z.literal('disabled') }),
    z.strictObject({ state: z.literal('unavailable'), reason: z.string(), nextStep: z.string() }),
  ]),
});

/** Lifetimes in seconds; 0 for `client` means that registrations do not expire. */
export const lifetimesSchema = z.strictObject({
  accessToken: z.int().positive().max(86_400),
  refreshToken: z.int().positive(),
  authorizationCode: z.int().positive().max(600),
  session: z.int().positive(),
  client: z.int().nonnegative(),
});

export type Lifetimes = z.infer<typeof lifetimesSchema>;

/** `gateway.json`: everything that the local target's one process reads. Holds no secret. */
export const gatewayFileSchema = z.strictObject({
  version: z.literal(1),
  port: z.int().min(1).max(65_535),
  /** Absolute path of `.mcpgw`. */
  stateDir: z.string(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  auth: z.strictObject({
    identityProviders: z.array(z.enum(['local'])),
    lifetimes: lifetimesSchema,
    /** Registrations allowed a minute, per address (RFC 7591). */
    registrationsPerMinute: z.int().positive(),
  }),
  services: z.array(serviceSchema),
});

export type ProxyRun = z.infer<typeof proxyRunSchema>;
export type NativeRun = z.infer<typeof nativeRunSchema>;
export type GatewayService = z.infer<typeof serviceSchema>;
export type GatewayFile = z.infer<typeof gatewayFileSchema>;
