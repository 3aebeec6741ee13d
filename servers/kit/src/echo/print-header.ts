import { z } from 'zod';
import { isIdentityHeader } from '../identity.ts';
import { defineTool, type Call, type Tool } from '../mcp/index.ts';
import { READ_ONLY } from './echo.ts';
import type { EchoContext } from './context.ts';
import { findingLines, findingSchema, findingsOf } from './findings.ts';
import { shownHeader } from './redact.ts';

const headersSchema = z.array(z.object({ name: z.string(), value: z.string() }));

const GROUPS = {
  gateway: 'Set by the gateway or a proxy',
  mcp: 'MCP',
  authentication: 'Authentication (redacted)',
  client: 'Sent by the client',
} as const;

type Group = keyof typeof GROUPS;

/** Added by Traefik, the gateway, or another proxy in front. */
const FORWARDED = /^(?:x-forwarded-|x-real-ip$|forwarded$|via$|x-request-|traceparent$|tracestate$)/;
const MCP = /^(?:mcp-|last-event-id$)/;
const AUTHENTICATION = /^(?:authorization|proxy-authorization|cookie|dpop|x-api-key|x-auth-.*)$/;

function groupOf(name: string): Group {
  if (isIdentityHeader(name) || FORWARDED.test(name)) return 'gateway';
  if (MCP.test(name)) return 'mcp';
  return AUTHENTICATION.test(name) ? 'authentication' : 'client';
}

export const printHeaderTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'printHeader',
    title: 'Print headers',
    description:
      'Shows the HTTP headers as they have reached the server, sorted by who has set them, secrets redacted, and says which are missing. Compare it with what the client believes to send.',
    input: z.strictObject({}),
    output: z.object({
      method: z.string(),
      path: z.string(),
      httpVersion: z.string(),
      count: z.int(),
      gateway: headersSchema.describe('Identity and forwarding headers.'),
      mcp: headersSchema,
      authentication: headersSchema.describe('Kind and length only.'),
      client: headersSchema,
      findings: z.array(findingSchema),
    }),
    annotations: READ_ONLY,
    run: (_input, call) => {
      const groups = groupHeaders(call);
      const findings = findingsOf(call, context);
      const line = {
        method: call.request.method ?? '',
        path: shownHeader('path', call.request.url ?? ''),
        httpVersion: call.request.httpVersion,
      };
      const count = Object.values(groups).reduce((sum, group) => sum + group.length, 0);
      const text = [
        `${line.method} ${line.path} HTTP/${line.httpVersion}, ${count} headers`,
        ...(Object.keys(GROUPS) as Group[]).map((group) => section(GROUPS[group], groups[group])),
        ['Findings', ...findingLines(findings)].join('\n'),
      ].join('\n\n');
      return { text, data: { ...line, count, ...groups, findings } };
    },
  });

function groupHeaders(call: Call): Record<Group, z.infer<typeof headersSchema>> {
  const groups: ReturnType<typeof groupHeaders> = { gateway: [], mcp: [], authentication: [], client: [] };
  for (const [name, value] of Object.entries(call.request.headers).sort(([a], [b]) => a.localeCompare(b))) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    groups[groupOf(name)].push({ name, value: shownHeader(name, text) });
  }
  return groups;
}

const section = (title: string, headers: z.infer<typeof headersSchema>): string =>
  [
    title,
    ...(headers.length === 0 ? ['(none)'] : headers.map(({ name, value }) => `${name}: ${value}`)),
  ].join('\n');
