import type { Log } from '@mcpgw/kit';
import type { ProxyRun } from '@mcpgw/kit/contract';
import { neutralInitialize, type ServerFacts } from '../child/handshake.ts';
import type { Launcher } from '../child/launcher.ts';
import type { Notification } from '../jsonrpc/message.ts';
import { Backend } from './backend.ts';

export interface BackendsOptions {
  run: ProxyRun;
  launcher: Launcher;
  /** Version of this software, told to a shared child as its client's. */
  version: string;
  onReady: (facts: ServerFacts) => void;
  onChange: (notification: Notification) => void;
  onCrash: () => void;
  log: Log;
}

/** Which child serves whom: one a session, one a principal, or one for all. */
export class Backends {
  readonly #options: BackendsOptions;
  readonly #live = new Set<Backend>();
  readonly #byPrincipal = new Map<string, Backend>();
  #shared: Backend | undefined;

  constructor(options: BackendsOptions) {
    this.#options = options;
  }

  /** The one child for all, made when it is first asked for; only with `isolation: shared`. */
  get shared(): Backend {
    if (!this.#shared || this.#shared.ended) {
      this.#shared = this.#create('shared', neutralInitialize(this.#options.version));
    }
    return this.#shared;
  }

  /**
   * The backend for a new session.
   * @param initializeText the client's `initialize` params
   */
  for(principal: string, initializeText: string): Backend {
    const { isolation } = this.#options.run;
    if (isolation === 'shared') return this.shared;
    if (isolation === 'session') return this.#create(principal, initializeText);
    let backend = this.#byPrincipal.get(principal);
    if (!backend || backend.ended) {
      this.#makeRoom();
      backend = this.#create(principal, initializeText);
      this.#byPrincipal.set(principal, backend);
    }
    return backend;
  }

  /** Whether the child that serves everybody answers; true where each client has its own. */
  answer(ms: number): Promise<boolean> {
    return this.#options.run.isolation === 'shared' ? this.shared.answers(ms) : Promise.resolve(true);
  }

  /** Ends all of them; what their children do from now on is expected. */
  end(): void {
    for (const backend of this.#live) backend.end();
  }

  sweep(now: number): void {
    for (const backend of this.#live) {
      backend.sweep(now);
      if (backend.ended) this.#live.delete(backend);
    }
    for (const [principal, backend] of this.#byPrincipal) {
      if (backend.ended) this.#byPrincipal.delete(principal);
    }
  }

  /** A principal's child outlives its sessions for a while; the one idle longest gives way. */
  #makeRoom(): void {
    if (this.#byPrincipal.size < this.#options.run.limits.sessions) return;
    const idle = [...this.#byPrincipal.values()].filter(({ idleSince }) => idleSince !== undefined);
    idle.sort((a, b) => (a.idleSince ?? 0) - (b.idleSince ?? 0))[0]?.end();
    this.sweep(Date.now());
  }

  #create(principal: string, initializeText: string): Backend {
    const { run, launcher, onReady, onChange, onCrash, log } = this.#options;
    const lingerMs = { session: 0, user: run.limits.sessionIdleMs, shared: Infinity }[run.isolation];
    const backend = new Backend({
      launcher,
      principal,
      initializeText,
      shared: run.isolation === 'shared',
      lingerMs,
      limits: run.limits,
      onReady,
      onChange,
      onCrash,
      log,
    });
    this.#live.add(backend);
    return backend;
  }
}
