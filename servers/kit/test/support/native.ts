import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import pino from 'pino';
import type { Limits, McpRoute } from '../../src/contract/index.ts';
import {
  identityHeaders,
  listen,
  type Identity,
  type NativeOptions,
  type ServiceModule,
} from '../../src/index.ts';

const log = pino({ level: 'silent' });

export const ISSUER = 'http://localhost:8080';

export const LIMITS: Limits = {
  bodyBytes: 1_048_576,
  lineBytes: 1_048_576,
  inFlight: 64,
  queuedBytes: 1_048_576,
  requestMs: 10_000,
  sessions: 20,
  sessionsPerUser: 5,
  sessionIdleMs: 60_000,
  sessionMaxMs: 600_000,
  startMs: 10_000,
};

export const mcpRoute = (service: string, changes: Partial<McpRoute> = {}): McpRoute => ({
  id: service,
  kind: 'mcp',
  service,
  title: service,
  url: `${ISSUER}/${service}/mcp`,
  resource: `${ISSUER}/${service}/mcp`,
  aliases: [`http://127.0.0.1:8080/${service}/mcp`],
  metadataUrl: `${ISSUER}/.well-known/oauth-protected-resource/${service}/mcp`,
  auth: true,
  scope: 'mcp',
  scopes: ['mcp'],
  token: 'strip',
  upstreams: [`inprocess:${service}`],
  policy: [],
  ...changes,
});

export const nativeOptions = (changes: Partial<NativeOptions> = {}): NativeOptions => ({
  version: '1.2.3',
  limits: LIMITS,
  issuer: ISSUER,
  jwks: () => ({ keys: [] }),
  route: () => undefined,
  log,
  ...changes,
});

export interface Hosted {
  url: URL;
  module: ServiceModule;
  close(): Promise<void>;
}

/**
 * Serves a module on an ephemeral port of the loopback interface.
 * @param create is told the origin under which it will be reached
 */
export async function host(create: (origin: string) => ServiceModule): Promise<Hosted> {
  const handler: ServiceModule['handler'] = (...exchange) => module.handler(...exchange);
  const listener = await listen(handler, { address: { host: '127.0.0.1', port: 0 }, log });
  const origin = `http://127.0.0.1:${listener.port}`;
  const module = create(origin);
  await module.ready;
  return {
    url: new URL('/mcp', origin),
    module,
    close: async () => {
      await module.close(1000);
      await listener.close(1000);
    },
  };
}

/** The headers that the edge sets for a caller. */
export const as = (userId: string, changes: Partial<Identity> = {}): Record<string, string> =>
  identityHeaders({
    userId,
    userName: 'Ada Lovelace',
    clientId: 'client-1',
    scopes: ['mcp'],
    allowedTools: undefined,
    ...changes,
  });

export interface ToolResult {
  content: { type: string; text?: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}

/** A connected client, whatever its SDK. */
export interface TestClient {
  tools: () => Promise<string[]>;
  call: (name: string, args?: Record<string, unknown>) => Promise<ToolResult>;
  close: () => Promise<void>;
}

type Connect = (url: URL, headers: Record<string, string>) => Promise<TestClient>;

const INFO = { name: 'test-client', version: '9.9' };

const connectV2 =
  (mode: 'legacy' | { pin: string }): Connect =>
  async (url, headers) => {
    const client = new Client(INFO, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    return {
      tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
      call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
      close: () => client.close(),
    };
  };

const connectV1: Connect = async (url, headers) => {
  const client = new ClientV1(INFO);
  await client.connect(new TransportV1(url, { requestInit: { headers } }));
  // The client checks structured content against the output schemas it has listed.
  await client.listTools();
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
    close: () => client.close(),
  };
};

/** The clients that every tool is tried with, and the protocol era each speaks. */
export const CLIENTS: { title: string; era: 'legacy' | 'modern'; connect: Connect }[] = [
  { title: 'SDK v1', era: 'legacy', connect: connectV1 },
  { title: 'SDK v2, legacy', era: 'legacy', connect: connectV2('legacy') },
  { title: 'SDK v2, modern', era: 'modern', connect: connectV2({ pin: '2026-07-28' }) },
];

export const textOf = (result: ToolResult): string => result.content.map((it) => it.text ?? '').join('\n');
