import { z } from 'zod';
import { nameSchema } from './routes.ts';

/**
 * The admin API: JSON over HTTP on a Unix socket of mode 0600, `.mcpgw/run/admin.sock` on the local target.
 *
 *   GET  /status                     → GatewayStatus
 *   PUT  /sign-in-code               SignInCode → 204
 *   POST /services/:name/restart     → 204 (409 when the service is not running)
 *   POST /tokens                     TokenRequest → CreatedToken
 *   GET  /tokens                     → TokenList
 *   POST /tokens/inspect             TokenReference → TokenInfo
 *   POST /tokens/revoke              TokenReference → TokenInfo
 *   POST /shutdown                   → 202
 *
 * Errors are `{error: {code, message, nextStep?}}` with 400, 404, 409 or 500.
 */

export const serviceStateSchema = z.enum([
  'starting',
  'ready',
  'failed',
  'unavailable',
  'disabled',
  'stopped',
]);
export type ServiceState = z.infer<typeof serviceStateSchema>;

export const serviceStatusSchema = z.object({
  name: nameSchema,
  title: z.string(),
  state: serviceStateSchema,
  url: z.url(),
  /** When the state was entered, ISO 8601. */
  since: z.iso.datetime(),
  /** Unplanned ends of its processes since the gateway started. */
  restarts: z.int().nonnegative(),
  /** Why it is `failed` or `unavailable`, with the last stderr lines or the install line. */
  error: z.string().optional(),
  sessions: z.int().nonnegative(),
  calls: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  /** Resident memory of its child processes; 0 for a native service. */
  memoryBytes: z.int().nonnegative(),
});
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

export const gatewayStatusSchema = z.object({
  pid: z.int().positive(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  url: z.url(),
  issuer: z.url(),
  /** A rendered file that could not be taken over; the last good one is in force. */
  configurationError: z.string().optional(),
  services: z.array(serviceStatusSchema),
});
export type GatewayStatus = z.infer<typeof gatewayStatusSchema>;

export const signInCodeSchema = z.strictObject({ code: z.string().min(6).max(64) });

export const tokenRequestSchema = z.strictObject({
  /** Service names; the token's audience is the resource of each. */
  services: z.array(nameSchema).min(1).max(64),
  /** `local:<user>`; the owner when absent. */
  user: z
    .string()
    .regex(/^[A-Za-z0-9._@-]{1,64}$/)
    .optional(),
  /** Seconds. */
  ttl: z.int().positive().max(86_400),
  /** `mcp` and finer scopes of the named services; `mcp` when absent. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/))
    .max(32)
    .optional(),
});
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** An access token as its owner may see it; never the token itself. */
export const tokenInfoSchema = z.object({
  /** `jti` (RFC 7519 section 4.1.7). */
  id: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  /** `sub`: `<provider>:<stable id>`. */
  principal: z.string(),
  clientId: z.string(),
  audience: z.array(z.string()),
  scope: z.string(),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type TokenInfo = z.infer<typeof tokenInfoSchema>;

export const createdTokenSchema = tokenInfoSchema.extend({ token: z.string() });
export type CreatedToken = z.infer<typeof createdTokenSchema>;

export const tokenListSchema = z.object({ tokens: z.array(tokenInfoSchema) });

/** A token, or its id. */
export const tokenReferenceSchema = z.strictObject({ token: z.string().min(1).max(16_384) });

export const adminErrorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), nextStep: z.string().optional() }),
});
export type AdminError = z.infer<typeof adminErrorSchema>;
