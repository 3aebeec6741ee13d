import type { Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import type { Supervisor } from '../child/supervisor.ts';
import type { Counters } from '../counters.ts';
import type { Backends } from './backends.ts';
import type { Sessions } from './sessions.ts';

/** What the handlers of the legacy era share. */
export interface LegacyContext {
  run: ProxyRun;
  sessions: Sessions;
  backends: Backends;
  supervisor: Supervisor;
  counters: Counters;
  log: Log;
}
