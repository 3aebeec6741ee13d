import type { IncomingMessage, ServerResponse } from 'node:http';

/** One server, hosted by its own `main.ts` in a container or by the gateway in-process. */
export interface ServerModule {
  /** Answers every request it is given; never throws and never rejects. Sees its own paths: `/mcp`, `/health`. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves once the server can answer; rejects when it never will. */
  readonly ready: Promise<void>;
  /** Refuses new work, finishes what is in flight within `graceMs`, ends everything it owns. Safe to call twice. */
  close(graceMs: number): Promise<void>;
}
