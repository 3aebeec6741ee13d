import { WebStandardStreamableHTTPServerTransport, isInitializeRequest } from '@modelcontextprotocol/server';
import type { InitializeRequest } from '@modelcontextprotocol/server';
import { principalOf, type Inbound, type Session } from './call.ts';
import { clientInfo, createMcpServer, inboundToAuthInfo, type Shared } from './mcp-server.ts';
import { createPrincipalStore, type Entry, type StoreLimits } from './principal-store.ts';
import { refuse } from './refusal.ts';

type Connection = Session['value'] & { transport: WebStandardStreamableHTTPServerTransport };

/** Legacy sessions, each bound to the principal that has opened it (MCP security best practices, "Session Hijacking"). */
export interface Sessions {
  readonly size: number;
  list: (principal: string) => readonly Session[];
  serve: (request: Request, inbound: Inbound, body: unknown) => Promise<Response>;
  close: () => void;
}

const FULL = {
  status: 503,
  error: 'sessions_exhausted',
  message: 'All sessions are taken: try again later.',
  headers: { 'Retry-After': '10' },
};
const NO_SESSION = {
  status: 400,
  error: 'session_required',
  message: 'A session is needed: send initialize, then the Mcp-Session-Id that it answers with.',
};
const NOT_FOUND = {
  status: 404,
  error: 'session_not_found',
  message: 'This session is unknown or has ended: send initialize again.',
};

export function createSessions(shared: Shared, limits: StoreLimits): Sessions {
  const store = createPrincipalStore<Connection>(limits, ({ value }) => {
    value.transport.close().catch(() => undefined);
  });

  const open = async (
    inbound: Inbound,
    { params }: InitializeRequest,
  ): Promise<Entry<Connection> | undefined> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => entry?.id ?? '',
      onsessionclosed: (id) => store.end(id),
    });
    const entry: Entry<Connection> | undefined = store.open(principalOf(inbound), {
      client: clientInfo(params.clientInfo),
      protocolVersion: params.protocolVersion,
      transport,
    });
    if (entry) await createMcpServer(shared, 'legacy', entry).connect(transport);
    return entry;
  };

  const serve = async (request: Request, inbound: Inbound, body: unknown): Promise<Response> => {
    const id = request.headers.get('mcp-session-id');
    const opens = id === null && isInitializeRequest(body);
    const entry = opens ? await open(inbound, body) : store.find(id ?? '', principalOf(inbound));
    if (!entry) {
      const refusal = opens ? FULL : id === null ? NO_SESSION : NOT_FOUND;
      return refuse(shared.log, inbound.request, refusal, body);
    }
    entry.uses += 1;
    void inbound.ended.then(() => release(entry));
    const response = await entry.value.transport.handleRequest(request, {
      authInfo: inboundToAuthInfo(inbound),
      parsedBody: body,
    });
    if (opens && !response.ok) store.end(entry.id);
    return response;
  };

  return {
    get size() {
      return store.size;
    },
    list: (principal) => store.list(principal),
    serve,
    close: () => store.close(),
  };
}

function release(entry: Entry<Connection>): void {
  entry.uses -= 1;
  entry.lastUsedAt = Date.now();
}
