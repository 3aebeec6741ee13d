import type { IncomingMessage } from 'node:http';
import { errorBody } from '../json-response.ts';
import { jsonRpcError, type JsonRpcId } from '../json-rpc.ts';
import type { Log } from '../log.ts';
import { traceId } from '../trace.ts';

export interface Refusal {
  status: number;
  /** A stable word, such as `session_not_found`. */
  error: string;
  /** What happened and what to do next. */
  message: string;
  headers?: Record<string, string>;
}

/** Server error without a meaning of its own; MCP leaves -32000 to -32019 to implementations. */
const SERVER_ERROR = -32000;

/**
 * Answers a request that does not reach the MCP server. The trace id stands in the answer and in the log.
 * @param body the parsed request, where it was read: its id makes the answer a JSON-RPC error
 */
export function refuse(log: Log, request: IncomingMessage, refusal: Refusal, body?: unknown): Response {
  const { status, error, message, headers = {} } = refusal;
  const trace = traceId(request.headers);
  log.info({ traceId: trace, status, error, method: request.method }, message);
  const id = requestId(body);
  const answer =
    id === undefined
      ? errorBody(error, message, trace)
      : jsonRpcError(id, SERVER_ERROR, message, { traceId: trace });
  return Response.json(answer, { status, headers });
}

function requestId(body: unknown): JsonRpcId | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' || typeof body.id === 'number' ? body.id : undefined;
}
