import { z } from 'zod';
import { defineTool, type Call, type Tool } from '../mcp/index.ts';
import { bearerToken, noTokenReason, type EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { findingLines, findingSchema, findingsOf } from './findings.ts';
import { shownText } from './redact.ts';

const outputSchema = z.object({
  authenticated: z.boolean(),
  user: z.object({ id: z.string(), name: z.string() }).optional(),
  clientId: z.string().optional().describe('The OAuth client the token was issued to.'),
  scopes: z.array(z.string()),
  allowedTools: z.array(z.string()).optional().describe('Absent: every tool.'),
  token: z.enum(['seen', 'kept by the gateway', 'absent']),
  service: z
    .object({ url: z.string(), resource: z.string(), scope: z.string(), metadataUrl: z.string() })
    .optional()
    .describe('The route that leads here.'),
  issuer: z.string(),
  protocol: z.object({
    era: z.enum(['legacy', 'modern']),
    version: z.string().optional(),
    client: z.string().optional().describe('What the client calls itself; nobody has checked it.'),
    session: z.boolean().describe('Whether the call belongs to a session.'),
  }),
  findings: z.array(findingSchema),
});

type AuthContext = z.infer<typeof outputSchema>;

export const authContextTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'authContext',
    title: 'Authentication context',
    description:
      'Shows who the server believes you are and why: user, OAuth client, scopes, allowed tools, the resource and issuer in force, protocol version, and what is missing. The first tool to call when something is wrong.',
    input: z.strictObject({}),
    output: outputSchema,
    annotations: READ_ONLY,
    run: (_input, call) => {
      const data = authContext(call, context);
      return { text: authText(data, noTokenReason(call, context).next), data };
    },
  });

function authContext(call: Call, context: EchoContext): AuthContext {
  const { identity, client } = call;
  const route = context.route();
  const kept = identity !== undefined && route?.token !== 'diagnostic';
  return {
    authenticated: identity !== undefined,
    ...(identity && {
      user: { id: shownText(identity.userId), name: shownText(identity.userName) },
      clientId: shownText(identity.clientId),
    }),
    scopes: identity?.scopes.map(shownText) ?? [],
    ...(identity?.allowedTools && { allowedTools: identity.allowedTools.map(shownText) }),
    token: bearerToken(call) !== undefined ? 'seen' : kept ? 'kept by the gateway' : 'absent',
    ...(route && {
      service: {
        url: route.url,
        resource: route.resource,
        scope: route.scope,
        metadataUrl: route.metadataUrl,
      },
    }),
    issuer: context.issuer,
    protocol: {
      era: call.era,
      ...(call.protocolVersion !== undefined && { version: shownText(call.protocolVersion) }),
      ...(client && { client: shownText(`${client.name} ${client.version}`.trim()) }),
      session: call.session !== undefined,
    },
    findings: findingsOf(call, context),
  };
}

function authText(data: AuthContext, toSeeToken: string): string {
  const { user, service, protocol } = data;
  return [
    user ? `You are ${user.name} (${user.id}).` : 'You are nobody: the request carries no identity.',
    `OAuth client: ${data.clientId ?? '(unknown)'}`,
    `Scopes: ${data.scopes.join(' ') || '(none)'}`,
    `Tools: ${data.allowedTools ? data.allowedTools.join(', ') || 'none' : 'all'}`,
    `Token: ${data.token}${data.token === 'seen' ? '' : `. ${toSeeToken}`}`,
    `Issuer: ${data.issuer}`,
    service
      ? `Service: ${service.url} (resource ${service.resource}, scope ${service.scope}, metadata ${service.metadataUrl})`
      : 'Service: it has no route.',
    `Protocol: ${protocol.version ?? '(not said)'}, ${protocol.era}${protocol.session ? ', in a session' : ', without a session'}`,
    `Client software: ${protocol.client ?? '(not said)'}`,
    '',
    ...findingLines(data.findings),
  ].join('\n');
}
