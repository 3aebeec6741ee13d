import { CLIENT_INFO } from './modern.ts';
import { resultOf } from './message.ts';
import { describe } from './reply.ts';
import type { Link, Session } from './types.ts';

/** The session could not be opened, so nothing that needs one can be tested. */
export class NoSession extends Error {
  constructor(evidence: string) {
    super(`no session: initialize was answered with ${evidence}`);
    this.name = 'NoSession';
  }
}

/** The body of an `initialize` request. */
export const initializeRequest = (id: unknown, protocolVersion: string): Record<string, unknown> => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: CLIENT_INFO },
});

/** Does the legacy handshake as a client without capabilities. */
export async function openSession(link: Link): Promise<Session> {
  const id = link.nextId();
  const initialize = await link.post(initializeRequest(id, link.revision), { id });
  const result = resultOf(initialize.response);
  if (initialize.status !== 200 || typeof result?.['protocolVersion'] !== 'string') {
    throw new NoSession(describe(initialize));
  }
  const sessionId = initialize.headers['mcp-session-id'];
  const version = result['protocolVersion'];
  const headers = (): Record<string, string> => ({
    ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    // The header came with 2025-06-18.
    ...(version < '2025-06-18' ? {} : { 'mcp-protocol-version': version }),
  });
  const session: Session = {
    id: sessionId,
    version,
    initialize,
    get initialized() {
      return initialized;
    },
    capabilities: (result['capabilities'] ?? {}) as Record<string, unknown>,
    headers,
    request: (method, params, options = {}) => link.request(method, params, { ...options, session }),
    end: (timeoutMs) =>
      link.post('', {
        session,
        method: 'DELETE',
        headers: { 'content-type': undefined },
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
  };
  const initialized = await link.notify('notifications/initialized', undefined, { session });
  return session;
}
