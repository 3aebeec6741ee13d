import { z } from 'zod';
import { policyRuleSchema } from '../../../servers/kit/src/contract/policy.ts';
import { isolationSchema, limitsSchema } from './service-settings.ts';

/** mcpgw.yaml. A section without content counts as absent. */
export const configFileSchema = z.strictObject({
  target: z.enum(['local']).nullish(),
  /** Values for keys of `.env` which the deployments of a project share. */
  defaults: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  policy: z.record(z.string(), z.array(policyRuleSchema)).nullish(),
  isolation: z.record(z.string(), isolationSchema).nullish(),
  limits: z.record(z.string(), limitsSchema).nullish(),
});

export type ConfigFile = z.output<typeof configFileSchema>;

/** Sections of mcpgw.yaml whose keys are service names. */
export const SERVICE_SECTIONS = ['policy', 'isolation', 'limits'] as const;
