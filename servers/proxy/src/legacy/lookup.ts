import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../http/reply.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { LegacyContext } from './context.ts';
import type { Session } from './session.ts';
import { LEGACY_VERSIONS } from './versions.ts';

export type Lookup = { session: Session } | { session: undefined; refusal: Refusal };

/**
 * The session that a request names, if it is the caller's own (2025-11-25, basic/transports "Session Management" and
 * "Protocol Version Header").
 */
export function findSession(
  { sessions }: Pick<LegacyContext, 'sessions'>,
  principal: string,
  { headers }: IncomingMessage,
): Lookup {
  const id = headers['mcp-session-id'];
  const session = typeof id === 'string' ? sessions.find(id, principal) : undefined;
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && version !== session?.version && !LEGACY_VERSIONS.includes(String(version))) {
    return refused(400, CODES.unsupportedVersion, 'This MCP-Protocol-Version is not supported', {
      supported: LEGACY_VERSIONS,
      requested: version,
    });
  }
  if (session) return { session };
  return id === undefined
    ? refused(400, CODES.unavailable, 'The Mcp-Session-Id header is missing; initialize first')
    : refused(404, CODES.sessionNotFound, 'This session does not exist or has ended; initialize anew');
}

function refused(status: number, code: number, message: string, data?: Record<string, unknown>): Lookup {
  return { session: undefined, refusal: { status, code, message, ...(data && { data }) } };
}
