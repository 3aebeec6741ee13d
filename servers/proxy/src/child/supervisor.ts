import type { Log } from '@mcpgw/kit';
import { Backoff } from './backoff.ts';
import { Unavailable, type ServerFacts } from './handshake.ts';

export type ServiceState = 'starting' | 'ready' | 'failed';

export interface SupervisorOptions {
  /** Starts a child, initialises it, and says what it is. */
  probe: () => Promise<ServerFacts>;
  log: Log;
}

/**
 * Whether the service works: a child of it has answered `initialize`. A service that failed is tried again when it
 * is asked for, after a pause that grows.
 */
export class Supervisor {
  readonly ready: Promise<void>;
  readonly #options: SupervisorOptions;
  readonly #backoff = new Backoff(0);
  #state: ServiceState = 'starting';
  #since = new Date();
  #error: string | undefined;
  #facts: ServerFacts | undefined;
  #probing: Promise<void> | undefined;
  #restarts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.ready = this.#probe();
    // Whoever waits for `ready` hears of the failure; nobody has to.
    this.ready.catch(() => undefined);
  }

  get state(): ServiceState {
    return this.#state;
  }

  get since(): Date {
    return this.#since;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** Unplanned ends of children in service. */
  get restarts(): number {
    return this.#restarts;
  }

  /** What the child said of itself; undefined until one has answered. */
  get facts(): ServerFacts | undefined {
    return this.#facts;
  }

  /**
   * Waits until the service can be asked for a child.
   * @returns undefined when it can be now
   * @throws {Unavailable} at once while a failed service is left alone
   */
  check(): Promise<void> | undefined {
    if (this.#state === 'ready') return undefined;
    if (this.#probing) return this.#probing;
    const wait = this.#backoff.waitMs(Date.now());
    if (wait > 0) throw this.#unavailable(wait);
    return this.#probe();
  }

  /** A child in service ended by itself. */
  crashed(): void {
    this.#restarts++;
  }

  /** A child has answered `initialize`, whoever asked: the service works. */
  answered(facts: ServerFacts): void {
    this.#facts = facts;
    if (this.#state !== 'ready') this.#enter('ready', undefined);
  }

  /** A child could not be brought into service for a client; finds out whether any can. */
  suspect(): void {
    if (this.#state === 'ready' && !this.#probing) this.#probe().catch(() => undefined);
  }

  #probe(): Promise<void> {
    this.#probing = this.#options
      .probe()
      .then(
        (facts) => {
          this.#backoff.succeeded();
          this.answered(facts);
        },
        (error: unknown) => {
          this.#failed(error);
          throw this.#unavailable(this.#backoff.waitMs(Date.now()));
        },
      )
      .finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  #failed(error: unknown): void {
    this.#backoff.failed(Date.now(), 0);
    const stderr = error instanceof Unavailable ? error.stderr : [];
    this.#enter('failed', [error instanceof Error ? error.message : String(error), ...stderr].join('\n'));
  }

  #enter(state: ServiceState, error: string | undefined): void {
    this.#state = state;
    this.#since = new Date();
    this.#error = error;
    if (state === 'failed') this.#options.log.error({ reason: error }, 'service failed');
    else this.#options.log.info(`service ${state}`);
  }

  /** Clients get the first line only: stderr is for the operator. */
  #unavailable(retryAfterMs: number): Unavailable {
    return new Unavailable(this.#error?.split('\n', 1)[0] ?? 'the service failed', retryAfterMs);
  }
}
