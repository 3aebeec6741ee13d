import type { PolicyRule } from './contract/index.ts';
import type { Identity } from './identity.ts';

/** An absent list means any; an empty one means none. */
const allows = (list: readonly string[] | undefined, value: string): boolean =>
  list === undefined || list.includes(value);

/**
 * The first rule that names the caller.
 * @param rules an empty list is no policy: everybody may use everything
 * @returns undefined when there are rules and none names the caller, who is refused
 */
export function findRule(
  rules: readonly PolicyRule[],
  caller: { userId: string; clientId: string },
): PolicyRule | undefined {
  if (rules.length === 0) return {};
  return rules.find((rule) => allows(rule.users, caller.userId) && allows(rule.clients, caller.clientId));
}

/** The scopes that remain of a token's under a rule. */
export const allowedScopes = (rule: PolicyRule, scopes: readonly string[]): readonly string[] =>
  rule.scopes === undefined ? scopes : scopes.filter((scope) => allows(rule.scopes, scope));

/** Whether the caller may use a tool. */
export const toolAllowed = (identity: Identity, tool: string): boolean => allows(identity.allowedTools, tool);
