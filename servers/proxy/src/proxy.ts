import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log, ServiceModule, ServiceSnapshot } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import { Unavailable, type ServerFacts } from './child/handshake.ts';
import { Launcher } from './child/launcher.ts';
import { probe } from './child/probe.ts';
import { Supervisor } from './child/supervisor.ts';
import { createWatchdog, type Watchdog } from './child/watchdog.ts';
import type { Counters } from './counters.ts';
import { createHandler } from './http/handler.ts';
import { Backends } from './legacy/backends.ts';
import { Sessions } from './legacy/sessions.ts';
import { Changes } from './modern/changes.ts';
import { EVERYBODY } from './modern/context.ts';
import type { Listener } from './modern/listen.ts';
import { ParamHeaderRules } from './modern/param-headers.ts';
import { ParkedCalls } from './modern/parked-calls.ts';
import { Pool } from './modern/pool.ts';
import { Replies } from './modern/replies.ts';
import type { Notification } from './jsonrpc/message.ts';
import { Outflow } from './stream/outflow.ts';

export interface ProxyOptions {
  /** Short name of the service, for logs. */
  service: string;
  title: string;
  /** Version of this software. */
  version: string;
  run: ProxyRun;
  /** Origins under which the proxy is addressed; absent when an edge has checked Host and Origin. */
  origins?: readonly string[];
  log: Log;
  /** Shared with the other services of this process; one of its own when absent. */
  watchdog?: Watchdog;
}

/** How long a call may wait for its client's answers. */
const PARKED_MS = 600_000;
const TICK_MS = 500;
const HEARTBEAT_MS = 15_000;
const DRAIN_POLL_MS = 20;

/**
 * A stdio MCP server as a Streamable HTTP one: `POST|GET|DELETE /mcp` and `GET /health`. The caller's identity is
 * read from the `X-User-*` headers that the edge sets; without them there is one principal.
 */
export function createProxy({
  service,
  version,
  run,
  origins,
  log: parent,
  watchdog,
}: ProxyOptions): ServiceModule {
  const log = parent.child({ service });
  const guard = watchdog ?? createWatchdog();
  const launcher = new Launcher(run, guard, log);
  const counters: Counters = { calls: 0, errors: 0 };
  const shared = run.isolation === 'shared';

  const onCrash = (): void => {
    supervisor.crashed();
    // Everybody's child is missed by everybody; any other is replaced when its own client asks.
    if (shared) supervisor.suspect();
  };
  const changes = new Changes();
  const onReady = (facts: ServerFacts): void => supervisor.answered(facts);
  const onChange = (notification: Notification): void => changes.publish(EVERYBODY, notification);
  const backends = new Backends({ run, launcher, version, onReady, onChange, onCrash, log });
  const supervisor = new Supervisor({
    probe: () => (shared ? probeShared(backends) : probe(launcher, version, log)),
    log,
  });
  const sessions = new Sessions(run.limits, hostname());
  const legacy = { run, sessions, backends, supervisor, counters, log };
  const parked = new ParkedCalls(Math.min(run.limits.sessionIdleMs, PARKED_MS));
  const makeRoom = (principal: string): boolean => parked.evictOldest(principal);
  const pool = new Pool({ run, launcher, supervisor, places: sessions, changes, makeRoom, version, log });
  const replies = new Replies(run.limits.inFlight);
  const listeners = new Set<Listener>();
  const rules = new ParamHeaderRules();
  // A slow reader of a shared child may hold it up for a moment only.
  const outflow = new Outflow({
    limit: run.limits.queuedBytes,
    stallMs: 1_000,
    onChange: (full) => backends.shared.hold(outflow, full),
  });
  const modern = {
    run,
    supervisor,
    backends,
    pool,
    parked,
    changes,
    listeners,
    rules,
    replies,
    outflow,
    counters,
    log,
  };
  const http = createHandler({ legacy, modern, run, origins, log });

  let sinceHeartbeat = 0;
  const ticker = setInterval(() => {
    const now = Date.now();
    sessions.sweep(now);
    backends.sweep(now);
    pool.sweep(now);
    parked.sweep(now);
    outflow.sweep(now);
    sinceHeartbeat += TICK_MS;
    if (sinceHeartbeat < HEARTBEAT_MS) return;
    sinceHeartbeat = 0;
    for (const session of sessions) session.heartbeat(now, HEARTBEAT_MS);
    replies.heartbeat(now, HEARTBEAT_MS);
  }, TICK_MS);
  ticker.unref();

  const stop = async (graceMs: number): Promise<void> => {
    http.refuseNew();
    const drainUntil = Date.now() + graceMs / 2;
    for (const listener of listeners) listener.finish();
    parked.end('The service is stopping');
    const busy = (): boolean => replies.size > 0 || [...sessions].some(({ inFlight }) => inFlight > 0);
    while (busy() && Date.now() < drainUntil) await delay(DRAIN_POLL_MS);
    for (const session of sessions) sessions.end(session, 'The service is stopping');
    backends.end();
    await launcher.close(Math.max(graceMs * 0.4, 500));
    clearInterval(ticker);
    if (!watchdog) guard.close();
  };
  let stopping: Promise<void> | undefined;

  return {
    handler: http.handler,
    ready: supervisor.ready,
    close: (graceMs) => (stopping ??= stop(graceMs)),
    snapshot: (): ServiceSnapshot => ({
      state: supervisor.state,
      since: supervisor.since,
      restarts: supervisor.restarts,
      error: supervisor.error,
      sessions: sessions.size,
      calls: counters.calls,
      errors: counters.errors,
      pids: launcher.pids,
    }),
  };
}

/** A shared child is its own probe: it is started, or replaced where it died. */
async function probeShared(backends: Backends): Promise<ServerFacts> {
  const { shared } = backends;
  shared.join();
  try {
    await shared.open();
    await shared.use();
  } finally {
    shared.part();
  }
  if (!shared.facts) throw new Unavailable('the server process refused initialize');
  return shared.facts;
}
