import type { Request } from '../jsonrpc/message.ts';
import type { ModernCall, Parking } from './call.ts';
import { RequestStates } from './request-state.ts';

/** The calls that wait for their clients' answers, each for a while. */
export class ParkedCalls implements Parking {
  readonly ms: number;
  readonly #states = new RequestStates();
  readonly #parked = new Map<string, { call: ModernCall; expiresAt: number }>();

  /** @param ms how long a call may wait */
  constructor(ms: number) {
    this.ms = ms;
  }

  park(call: ModernCall): string {
    const expiresAt = Date.now() + this.ms;
    this.#parked.set(call.id, { call, expiresAt });
    return this.#states.sign({ callId: call.id, round: call.round }, expiresAt, call.binding);
  }

  leave(call: ModernCall): void {
    this.#parked.delete(call.id);
  }

  /**
   * The call that a repeated request goes on with; it waits no longer.
   * @param binding of the repeated request
   * @returns undefined when the state is not good for it, or the call has ended
   */
  take({ params }: Request, binding: string): ModernCall | undefined {
    const state = params?.['requestState'];
    const named = typeof state === 'string' ? this.#states.verify(state, Date.now(), binding) : undefined;
    const parked = named && this.#parked.get(named.callId);
    if (parked?.call.round !== named?.round) return undefined;
    if (parked) this.#parked.delete(parked.call.id);
    return parked?.call;
  }

  /**
   * Gives up the call of a principal that waits longest.
   * @returns false when none waits
   */
  evictOldest(principal: string): boolean {
    const oldest = [...this.#parked.values()].find(({ call }) => call.principal === principal);
    oldest?.call.cancel('Its process is needed for another call of the same user');
    return oldest !== undefined;
  }

  sweep(now: number): void {
    for (const { call, expiresAt } of this.#parked.values()) {
      if (expiresAt <= now) call.cancel('The client did not answer in time');
    }
  }

  /** Gives all of them up. */
  end(reason: string): void {
    for (const { call } of this.#parked.values()) call.cancel(reason);
  }
}
