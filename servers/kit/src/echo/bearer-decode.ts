import { z } from 'zod';
import { defineTool, ToolError, type Tool } from '../mcp/index.ts';
import { bearerToken, noTokenReason, type EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { shownText } from './redact.ts';
import type { CheckedToken } from './verify-token.ts';

const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  next: z.string().optional(),
});

const outputSchema = z.object({
  present: z.boolean(),
  valid: z
    .boolean()
    .optional()
    .describe('All checks passed. Revocation is not among them: the gateway has checked that.'),
  reason: z.string().optional().describe('Why there is nothing to decode.'),
  next: z.string().optional(),
  length: z.int().optional(),
  header: z.record(z.string(), z.unknown()).optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
  checks: z.array(checkSchema).optional(),
});

/** Longer ones are not taken apart; the gateway refuses them long before. */
const MAX_TOKEN = 16_384;

export const bearerDecodeTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'bearerDecode',
    title: 'Decode the bearer token',
    description:
      'Takes the access token of this request apart and verifies signature, type, issuer, audience, expiry and scope, each explained. The token itself is never shown. Services see it only where the descriptor says `token: diagnostic`; otherwise the answer says how to switch that on.',
    input: z.strictObject({}),
    output: outputSchema,
    annotations: READ_ONLY,
    run: async (_input, call) => {
      const token = bearerToken(call);
      if (token === undefined) {
        const { reason, next } = noTokenReason(call, context);
        return { text: `No token to decode. ${reason}\n→ ${next}`, data: { present: false, reason, next } };
      }
      if (token.length > MAX_TOKEN) throw new ToolError(`The token is longer than ${MAX_TOKEN} characters.`);
      // Loaded when it is needed: few calls need it, every start would pay.
      const { checkToken } = await import('./verify-token.ts');
      const checked = await checkToken(token, {
        issuer: context.issuer,
        keys: await context.jwks(),
        route: context.route(),
        now: Date.now() / 1000,
      });
      const length = token.length;
      if (!checked) {
        const reason = `The token (${length} characters) is not a JWT: it is opaque, and only its issuer can say what it means.`;
        return { text: reason, data: { present: true, valid: false, reason, length } };
      }
      const shown = shownToken(checked);
      const valid = checked.checks.every((check) => check.ok);
      return { text: tokenText(shown, valid), data: { present: true, valid, length, ...shown } };
    },
  });

function shownToken({ header, claims, checks }: CheckedToken): CheckedToken {
  return {
    header: shownObject(header),
    claims: shownObject(claims),
    checks: checks.map((check) => ({ ...check, detail: shownText(check.detail) })),
  };
}

/** Claims are the issuer's text: a token inside them stays out, and so does endless content. */
const shownObject = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(object)
      .slice(0, 64)
      .map(([name, value]) => [
        shownText(name),
        typeof value === 'number' || typeof value === 'boolean'
          ? value
          : shownText(typeof value === 'string' ? value : JSON.stringify(value)),
      ]),
  );

function tokenText({ header, claims, checks }: CheckedToken, valid: boolean): string {
  const lines = (object: Record<string, unknown>): string[] =>
    Object.entries(object).map(([name, value]) => `  ${name}: ${String(value)}`);
  return [
    valid ? 'The token is valid.' : 'The token is NOT valid.',
    ...checks.map(
      ({ name, ok, detail, next }) =>
        `${ok ? 'ok ' : 'BAD'} ${name}: ${detail}${next ? `\n    → ${next}` : ''}`,
    ),
    'Header',
    ...lines(header),
    'Claims',
    ...lines(claims),
    'Not checked here: whether it was revoked. The gateway checks that before a request gets through.',
  ].join('\n');
}
