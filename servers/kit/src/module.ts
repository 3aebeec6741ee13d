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

/** What a service knows of itself, for `status` and metrics. */
export interface ServiceSnapshot {
  state: 'starting' | 'ready' | 'failed';
  /** When the state was entered. */
  since: Date;
  /** Unplanned ends of its processes. */
  restarts: number;
  /** Why it is `failed`: the reason and the last stderr lines, secrets redacted. */
  error: string | undefined;
  sessions: number;
  calls: number;
  errors: number;
  /** Process ids of its children; their memory is read by whoever asks. */
  pids: readonly number[];
}

/** An MCP server as a module: the proxy around a stdio child, or a native server. */
export interface ServiceModule extends ServerModule {
  snapshot(): ServiceSnapshot;
}
