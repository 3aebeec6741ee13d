import type { Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import type { Supervisor } from '../child/supervisor.ts';
import type { Counters } from '../counters.ts';
import type { Backends } from '../legacy/backends.ts';
import type { Changes } from './changes.ts';
import type { Listener } from './listen.ts';
import type { ParamHeaderRules } from './param-headers.ts';
import type { ParkedCalls } from './parked-calls.ts';
import type { Pool } from './pool.ts';
import type { Outflow } from '../stream/outflow.ts';
import type { Replies } from './replies.ts';

/** What the handlers of the modern era share. */
export interface ModernContext {
  run: ProxyRun;
  supervisor: Supervisor;
  backends: Backends;
  pool: Pool;
  parked: ParkedCalls;
  changes: Changes;
  listeners: Set<Listener>;
  rules: ParamHeaderRules;
  replies: Replies;
  /** Answers of a shared child that have not been taken yet. */
  outflow: Outflow;
  counters: Counters;
  log: Log;
}

/** Under this name a child that serves everybody tells what has changed; no principal is called so. */
export const EVERYBODY = '*';
