import { z } from 'zod';

/**
 * One line of `policy.<service>`: who may enter, and what they may use there.
 * An absent list means "any"; an empty list means nobody or nothing. The first rule that names the caller decides.
 */
export const policyRuleSchema = z.strictObject({
  users: z.array(z.string()).optional(),
  clients: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional(),
  tools: z.array(z.string()).optional(),
});

export type PolicyRule = z.infer<typeof policyRuleSchema>;
