import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Log } from '@mcpgw/kit';
import { errorText } from '../jsonrpc/write.ts';

/** Why a request is not served. */
export interface Refusal {
  status: number;
  /** JSON-RPC error code. */
  code: number;
  /** What happened and what to do next. */
  message: string;
  data?: Record<string, unknown>;
  /** Milliseconds after which trying again makes sense; becomes `Retry-After` too. */
  retryAfterMs?: number;
  headers?: Record<string, string>;
}

export function replyJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers?: Record<string, string>,
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export function replyEmpty(response: ServerResponse, status: number, headers?: Record<string, string>): void {
  response.writeHead(status, { 'content-length': 0, ...headers }).end();
}

/**
 * The JSON-RPC error of a refusal, with a trace id that stands in the log too.
 * @param idText the request's own id; clients wait for ever when it is missing from an error (facts: Rust SDK)
 */
export function refusalText(idText: string | undefined, refusal: Refusal, log: Log): string {
  const { status, code, message, data, retryAfterMs } = refusal;
  const traceId = randomBytes(8).toString('hex');
  log.info({ traceId, status, code }, `refused: ${message}`);
  return errorText(idText, {
    code,
    message,
    data: { ...data, traceId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
}

/** Answers a request with a refusal. */
export function refuse(
  response: ServerResponse,
  idText: string | undefined,
  refusal: Refusal,
  log: Log,
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, retryAfterMs, headers } = refusal;
  replyJson(response, status, refusalText(idText, refusal, log), {
    'cache-control': 'no-store',
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    ...headers,
  });
}
