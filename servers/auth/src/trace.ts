import type { IncomingMessage } from 'node:http';
import { traceId } from '@mcpgw/kit';

/** The trace id of a request, the same each time it is asked for. */
export type Trace = (request: IncomingMessage) => string;

export function createTrace(): Trace {
  const ids = new WeakMap<IncomingMessage, string>();
  return (request) => {
    let id = ids.get(request);
    if (id === undefined) {
      id = traceId(request.headers);
      ids.set(request, id);
    }
    return id;
  };
}
