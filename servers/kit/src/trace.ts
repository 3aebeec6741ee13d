import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const TRACE_PARENT = /^[\da-f]{2}-((?!0{32})[\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/**
 * The id under which a refusal is found both in the client's error and in the log.
 * @param headers a valid `traceparent` is carried on (W3C Trace Context section 3.2); otherwise the id is new
 */
export function traceId(headers: IncomingHttpHeaders): string {
  const parent = headers['traceparent'];
  return (typeof parent === 'string' && TRACE_PARENT.exec(parent)?.[1]) || randomBytes(16).toString('hex');
}
