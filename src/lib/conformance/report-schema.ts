import { z } from 'zod';
import { REPORT_SCHEMA, REVISIONS, type Report } from './types.ts';

const revision = z.enum(REVISIONS);

const reportSchema: z.ZodType<Report> = z
  .strictObject({
    schema: z.literal(REPORT_SCHEMA),
    target: z.strictObject({
      url: z.url(),
      revisions: z.array(revision).describe('Revisions of MCP that the target serves and that were tested.'),
      server: z.strictObject({ name: z.string(), version: z.string() }).optional(),
    }) as z.ZodType<Report['target']>,
    summary: z.strictObject({
      pass: z.int().nonnegative(),
      fail: z.int().nonnegative(),
      warn: z.int().nonnegative(),
      skip: z.int().nonnegative(),
      durationMs: z.int().nonnegative(),
    }),
    checks: z.array(
      z.strictObject({
        id: z.string().describe('The same for pass and fail, and stable.'),
        title: z.string(),
        level: z.enum(['MUST', 'SHOULD']),
        clause: z.url(),
        revision,
        status: z.enum(['pass', 'fail', 'warn', 'skip']),
        evidence: z.string().describe('What was seen, or why it could not be tested.'),
        advice: z.string().describe('What to do; empty for a pass.'),
      }),
    ),
  })
  .describe('Report of one target.');

/** The published JSON Schema of what `mcpgw test conformance --json` prints: a report, or one for each target. */
export const reportJsonSchema = (): string => {
  const schema = z.toJSONSchema(z.union([reportSchema, z.array(reportSchema)]));
  return `${JSON.stringify({ title: 'Report of mcpgw test conformance', ...schema }, null, 2)}\n`;
};
