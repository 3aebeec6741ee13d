import { z } from 'zod';
import { isIdentityHeader } from '../identity.ts';
import { isLoopback } from '../resource.ts';
import type { Call } from '../mcp/index.ts';
import { header, type EchoContext } from './context.ts';
import { shownText } from './redact.ts';

export const findingSchema = z.object({
  level: z.enum(['problem', 'warning', 'note']),
  text: z.string().describe('What was found.'),
  next: z.string().optional().describe('What to do about it.'),
});

export type Finding = z.infer<typeof findingSchema>;

type Rule = (call: Call, context: EchoContext) => Finding | undefined;

const rules: Rule[] = [
  noUser,
  lacksScope,
  aliasedIdentity,
  tokenInUrl,
  plainHttp,
  noVersion,
  straySession,
  fewerTools,
];

/** What is missing or odd in a request, worst first. */
export function findingsOf(call: Call, context: EchoContext): Finding[] {
  const order = { problem: 0, warning: 1, note: 2 };
  return rules
    .map((rule) => rule(call, context))
    .filter((it) => it !== undefined)
    .sort((a, b) => order[a.level] - order[b.level]);
}

/** Findings as lines of text. */
export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.length === 0
    ? ['Nothing is missing.']
    : findings.map(
        ({ level, text, next }) => `${level.toUpperCase()}: ${text}${next ? `\n  → ${next}` : ''}`,
      );

function noUser(call: Call, { route }: EchoContext): Finding | undefined {
  if (call.identity) return undefined;
  const url = route()?.url;
  return {
    level: 'problem',
    text: 'Nobody vouches for the caller: X-User-Id is missing, so the request has not come through the gateway.',
    next: url
      ? `Call ${url} with an access token.`
      : 'Give the service a URL, and call that one with an access token.',
  };
}

function lacksScope(call: Call, { route }: EchoContext): Finding | undefined {
  const scope = route()?.scope;
  if (!call.identity || scope === undefined || call.identity.scopes.includes(scope)) return undefined;
  return {
    level: 'problem',
    text: `The scope ${scope} is needed here, and the caller has ${call.identity.scopes.join(' ') || 'none'}.`,
    next: `Sign in again and grant ${scope}.`,
  };
}

/** `x_user_id` reaches some frameworks as `X-User-Id` (design section 1): the edge has to remove it. */
function aliasedIdentity(call: Call): Finding | undefined {
  const aliases = Object.keys(call.request.headers).filter((it) => isIdentityHeader(it) && /[_.]/.test(it));
  if (aliases.length === 0) return undefined;
  return {
    level: 'problem',
    text: `Headers that imitate the gateway have come through: ${shownText(aliases.join(', '))}.`,
    next: 'Find the proxy between gateway and service that adds them, or reach the service through the gateway only.',
  };
}

function tokenInUrl(call: Call): Finding | undefined {
  if (!/[?&](?:access_)?token=/i.test(call.request.url ?? '')) return undefined;
  return {
    level: 'problem',
    text: 'The URL carries a token; URLs end up in logs and histories.',
    next: 'Send it as Authorization: Bearer, on every request (MCP authorization, "Token Requirements"), and revoke this one.',
  };
}

function plainHttp(_call: Call, { route }: EchoContext): Finding | undefined {
  const url = URL.parse(route()?.url ?? '');
  if (url?.protocol !== 'http:' || isLoopback(url.hostname) || url.hostname.endsWith('.localhost'))
    return undefined;
  return {
    level: 'problem',
    text: `The public URL ${url.href} is plain http: tokens travel in the clear.`,
    next: 'Set TLS_MODE, or reach the gateway under localhost.',
  };
}

function noVersion(call: Call): Finding | undefined {
  if (header(call, 'mcp-protocol-version') !== undefined) return undefined;
  return {
    level: 'warning',
    text: 'MCP-Protocol-Version is missing. Clients send it after initialize since 2025-06-18; without it 2025-03-26 is assumed.',
    next: 'If the client does send it, a proxy in between removes it; otherwise update the client.',
  };
}

function straySession(call: Call): Finding | undefined {
  if (header(call, 'mcp-session-id') === undefined || call.session) return undefined;
  return {
    level: 'warning',
    text: 'The client sends Mcp-Session-Id, although this server has not given it a session.',
    next: 'Check that the client forgets the session of another server or of an earlier connection.',
  };
}

function fewerTools(call: Call, { name }: EchoContext): Finding | undefined {
  const tools = call.identity?.allowedTools;
  if (tools === undefined) return undefined;
  return {
    level: 'note',
    text: `Policy limits you to these tools: ${shownText(tools.join(', ')) || 'none'}.`,
    next: `The rule stands under policy.${name} in mcpgw.yaml.`,
  };
}
