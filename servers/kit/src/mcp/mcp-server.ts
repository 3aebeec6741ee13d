import {
  CLIENT_INFO_META_KEY,
  McpServer,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  type AuthInfo,
  type CallToolResult,
  type jsonSchemaValidator,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { toolAllowed } from '../policy.ts';
import type { Log } from '../log.ts';
import { principalOf, type Call, type ClientInfo, type Era, type Inbound, type Session } from './call.ts';
import { failure, type Tool } from './tool.ts';

/** What a native server is, the same for every request. */
export interface NativeSpec {
  name: string;
  title: string;
  version: string;
  /** For the model: when to use this server. */
  instructions: string;
  tools: readonly Tool[];
}

/** How long a client may keep the list of tools. It is private: policy may give each principal another. */
const LIST_TTL_MS = 60_000;

/** Only input of elicitations is checked by it, and these servers ask for none: it spares an Ajv for each request. */
const noValidator: jsonSchemaValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: 'No schema is checked here.' }),
};

/** Hands the HTTP request through the SDK to the tools; the SDK has a place for who calls, not for how. */
export const inboundToAuthInfo = (inbound: Inbound): AuthInfo => ({
  token: '',
  clientId: inbound.identity?.clientId ?? '',
  scopes: [...(inbound.identity?.scopes ?? [])],
  extra: { inbound },
});

const inboundOf = (ctx: ServerContext): Inbound => {
  const inbound = ctx.http?.authInfo?.extra?.['inbound'];
  if (inbound === undefined)
    throw new Error('A request has reached the MCP server without its HTTP request.');
  return inbound as Inbound;
};

/** What all SDK servers of one native service share. */
export interface Shared {
  spec: NativeSpec;
  log: Log;
  /** Told of each call that fails. */
  onError: () => void;
  /** A principal's legacy sessions; none on a stateless server. */
  listSessions: (principal: string) => readonly Session[];
}

/**
 * One SDK server with the tools of a native service: for one request, or for one legacy session.
 * @param session absent where none is kept
 */
export function createMcpServer(shared: Shared, era: Era, session?: Session): McpServer {
  const { spec, log, onError } = shared;
  const mcp = new McpServer(
    { name: spec.name, title: spec.title, version: spec.version },
    {
      capabilities: { tools: {} },
      instructions: spec.instructions,
      jsonSchemaValidator: noValidator,
      cacheHints: { 'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' } },
    },
  );

  // The tools are ready-made listings: McpServer would derive them anew for each request.
  const { server } = mcp;
  const visible = (inbound: Inbound): readonly Tool[] => {
    const { identity } = inbound;
    return identity === undefined
      ? spec.tools
      : spec.tools.filter((tool) => toolAllowed(identity, tool.name));
  };

  server.setRequestHandler('tools/list', (_request, ctx) => ({
    tools: visible(inboundOf(ctx)).map((tool) => tool.listing),
  }));

  server.setRequestHandler('tools/call', async (request, ctx): Promise<CallToolResult> => {
    const inbound = inboundOf(ctx);
    const { name } = request.params;
    const tool = visible(inbound).find((it) => it.name === name);
    if (!tool) {
      onError();
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(spec, name));
    }
    try {
      const result = await tool.call(request.params.arguments, callOf(shared, inbound, ctx, era, session));
      if (result.isError) onError();
      return result;
    } catch (error) {
      onError();
      if (ctx.mcpReq.signal.aborted) return failure('The call was cancelled.');
      log.error({ tool: name, principal: principalOf(inbound), err: error }, 'a tool has failed');
      return failure(`${name} has failed; the server's log says why.`);
    }
  });
  return mcp;
}

const unknownTool = (spec: NativeSpec, name: string): string =>
  spec.tools.some((tool) => tool.name === name)
    ? `The tool ${name} is not allowed to you: add it to \`tools\` of your rule under policy.${spec.name}.`
    : `There is no tool ${name.slice(0, 64)}. tools/list names those there are.`;

function callOf(
  shared: Shared,
  inbound: Inbound,
  ctx: ServerContext,
  era: Era,
  session: Session | undefined,
): Call {
  const envelope: Readonly<Record<string, unknown>> = ctx.mcpReq.envelope ?? {};
  const revision = envelope[PROTOCOL_VERSION_META_KEY];
  const header = inbound.request.headers['mcp-protocol-version'];
  return {
    ...inbound,
    era,
    protocolVersion: [revision, header, session?.value.protocolVersion].find((it) => typeof it === 'string'),
    client: clientInfo(envelope[CLIENT_INFO_META_KEY]) ?? session?.value.client,
    session,
    ownSessions: () => shared.listSessions(principalOf(inbound)),
    signal: ctx.mcpReq.signal,
    progress: async (progress, total, message) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      if (progressToken === undefined) return;
      await ctx.mcpReq.notify({
        method: 'notifications/progress',
        params: {
          progressToken,
          progress,
          ...(total !== undefined && { total }),
          ...(message !== undefined && { message }),
        },
      });
    },
  };
}

/** Client text is shown to people: bounded, and one line. */
export function clientInfo(raw: unknown): ClientInfo | undefined {
  if (typeof raw !== 'object' || raw === null || !('name' in raw) || typeof raw.name !== 'string')
    return undefined;
  const version = 'version' in raw && typeof raw.version === 'string' ? raw.version : '';
  return { name: oneLine(raw.name), version: oneLine(version) };
}

const oneLine = (text: string): string => text.slice(0, 120).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
