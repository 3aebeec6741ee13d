import type { Log, ServiceModule } from '@mcpgw/kit';
import type { GatewayService, ServiceState } from '@mcpgw/kit/contract';
import type { RequestListener } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Unavailability } from './edge/unavailable.ts';

/** What a module that is replaced or stopped may take to finish its calls. Milliseconds. */
const GRACE_MS = 2000;

export type Selected = GatewayService & { disposition: { state: 'selected' } };

export interface ServiceOptions {
  /** Makes the module of a service that is selected. */
  create: (service: Selected) => Promise<ServiceModule>;
  log: Log;
}

/** How a service stands; what `status` says of it but for its memory. */
export interface Standing {
  state: ServiceState;
  since: Date;
  restarts: number;
  error: string | undefined;
  sessions: number;
  calls: number;
  errors: number;
  pids: readonly number[];
}

/**
 * One service of the gateway. What is wanted may change at any time; the module follows, one step after the other: the old
 * one has ended before the new one starts, because both may own the same files.
 */
export class Service {
  readonly #options: ServiceOptions;
  #wanted: GatewayService;
  #applied: GatewayService | undefined;
  #since = new Date();
  #module: ServiceModule | undefined;
  #failure: string | undefined;
  /** Unplanned ends counted by modules that were replaced. */
  #restarts = 0;
  #settling: Promise<void> | undefined;

  constructor(service: GatewayService, options: ServiceOptions) {
    this.#wanted = service;
    this.#options = options;
    this.#settle();
  }

  /** The service as the configuration in force has it. */
  get definition(): GatewayService {
    return this.#wanted;
  }

  /** Follows a new definition; an equal one changes nothing. */
  update(service: GatewayService): void {
    if (isDeepStrictEqual(service, this.#wanted)) return;
    this.#want(service);
  }

  /** Replaces the module. @returns false when the service is not selected */
  restart(): boolean {
    if (this.#wanted.disposition.state !== 'selected') return false;
    this.#want({ ...this.#wanted });
    return true;
  }

  /** Ends the module for good. */
  async close(graceMs: number): Promise<void> {
    this.#want({ ...this.#wanted, disposition: { state: 'stopped' } }, graceMs);
    await this.#settling;
  }

  /**
   * The handler, or why there is none now. A module that failed keeps its handler: it says so itself, and tries again when
   * it is asked for.
   */
  entry(): RequestListener | Unavailability {
    const { state } = this.#wanted.disposition;
    if (state !== 'selected') return state;
    return this.#module?.handler ?? (this.#failure === undefined ? 'starting' : 'failed');
  }

  standing(): Standing {
    const { disposition } = this.#wanted;
    const idle = { since: this.#since, restarts: this.#restarts, sessions: 0, calls: 0, errors: 0, pids: [] };
    if (disposition.state === 'unavailable') {
      return { ...idle, state: 'unavailable', error: `${disposition.reason}\n${disposition.nextStep}` };
    }
    if (disposition.state !== 'selected') return { ...idle, state: disposition.state, error: undefined };
    if (this.#failure !== undefined) return { ...idle, state: 'failed', error: this.#failure };
    if (!this.#module) return { ...idle, state: 'starting', error: undefined };
    const snapshot = this.#module.snapshot();
    return { ...snapshot, restarts: this.#restarts + snapshot.restarts };
  }

  #want(service: GatewayService, graceMs = GRACE_MS): void {
    this.#wanted = service;
    this.#since = new Date();
    this.#settle(graceMs);
  }

  #settle(graceMs = GRACE_MS): void {
    this.#settling ??= this.#follow(graceMs);
  }

  async #follow(graceMs: number): Promise<void> {
    while (this.#applied !== this.#wanted) {
      await this.#end(graceMs);
      // What is wanted by now, not what was when the old module was told to end.
      const wanted = this.#wanted;
      if (wanted.disposition.state === 'selected') await this.#start(wanted as Selected);
      this.#applied = wanted;
    }
    this.#settling = undefined;
  }

  async #end(graceMs: number): Promise<void> {
    const module = this.#module;
    this.#module = undefined;
    this.#failure = undefined;
    if (!module) return;
    try {
      this.#restarts += module.snapshot().restarts;
      await module.close(graceMs);
    } catch (error) {
      this.#options.log.error({ err: error, service: this.#wanted.name }, 'a service did not end well');
    }
  }

  async #start(service: Selected): Promise<void> {
    try {
      const module = await this.#options.create(service);
      this.#module = module;
      module.ready.then(
        () => this.#options.log.info({ service: service.name }, 'ready'),
        (error: unknown) => this.#options.log.error({ service: service.name, err: error }, 'failed'),
      );
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#options.log.error({ service: service.name, err: error }, 'cannot be started');
    }
  }
}
