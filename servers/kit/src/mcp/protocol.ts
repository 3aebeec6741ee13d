import {
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from '@modelcontextprotocol/server';
import type { Inbound } from './call.ts';
import { createMcpServer, inboundToAuthInfo, type Shared } from './mcp-server.ts';
import type { StoreLimits } from './principal-store.ts';
import { createSessions } from './sessions.ts';

/** Both protocol eras behind web-standard requests. */
export interface Protocol {
  /** Legacy sessions open now. */
  sessionCount(): number;
  /**
   * @param request its signal is aborted when the exchange is cut short
   * @param body the parsed JSON of a POST
   */
  serve(request: Request, inbound: Inbound, body: unknown): Promise<Response>;
  /** Ends streams and sessions, and what is still in flight. */
  close(): Promise<void>;
}

export interface ProtocolOptions extends Omit<Shared, 'listSessions'> {
  /** Absent: each legacy request stands for itself. */
  sessions: StoreLimits | undefined;
  /** `subscriptions/listen` streams at a time. */
  subscriptions: number;
}

export function createProtocol(options: ProtocolOptions): Protocol {
  const shared: Shared = { ...options, listSessions: (principal) => sessions?.list(principal) ?? [] };
  const sessions = options.sessions && createSessions(shared, options.sessions);
  const modern = createMcpHandler(() => createMcpServer(shared, 'modern'), {
    legacy: 'reject',
    maxSubscriptions: options.subscriptions,
    onerror: (err) => options.log.debug({ err }, 'the protocol layer has refused a request'),
  });
  const legacy = sessions
    ? sessions.serve
    : (request: Request, inbound: Inbound, body: unknown) => serveAlone(shared, request, inbound, body);

  return {
    sessionCount: () => sessions?.size ?? 0,
    serve: async (request, inbound, body) =>
      (await isLegacyRequest(request, body))
        ? legacy(request, inbound, body)
        : modern.fetch(request, { authInfo: inboundToAuthInfo(inbound), parsedBody: body }),
    close: async () => {
      sessions?.close();
      await modern.close();
    },
  };
}

/** A legacy request without a session: a server and a transport for it alone; JSON unless it asks for progress. */
async function serveAlone(
  shared: Shared,
  request: Request,
  inbound: Inbound,
  body: unknown,
): Promise<Response> {
  const server = createMcpServer(shared, 'legacy');
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: !wantsProgress(body),
  });
  // A server that has answered holds nothing: it is closed only when it has to stop before.
  const stop = (): void => void server.close().catch(() => undefined);
  request.signal.addEventListener('abort', stop, { once: true });
  await server.connect(transport);
  return transport.handleRequest(request, { authInfo: inboundToAuthInfo(inbound), parsedBody: body });
}

function wantsProgress(body: unknown): boolean {
  const { params } = (body ?? {}) as { params?: { _meta?: { progressToken?: unknown } } };
  return params?._meta?.progressToken !== undefined;
}
