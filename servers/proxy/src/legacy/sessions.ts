import { createHash, randomBytes } from 'node:crypto';
import type { Limits } from '@mcpgw/kit/contract';
import type { Session } from './session.ts';

/** A place for a session that is being made. */
export type Reservation = { ok: true; release: () => void } | { ok: false; reason: string };

/** The live sessions of a service, within their bounds. */
export class Sessions {
  readonly #limits: Limits;
  readonly #replica: string;
  readonly #sessions = new Map<string, Session>();
  readonly #perPrincipal = new Map<string, number>();
  #reserved = 0;

  /** @param replica name of the process that owns these sessions, the same after a restart */
  constructor(limits: Limits, replica: string) {
    this.#limits = limits;
    this.#replica = createHash('sha256').update(replica).digest('base64url').slice(0, 8);
  }

  get size(): number {
    return this.#sessions.size;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values();
  }

  /**
   * A new session id: `<replica>.<192 random bits>`. A router can find the owner by the first part, which says
   * nothing to anybody else.
   */
  newId(): string {
    return `${this.#replica}.${randomBytes(24).toString('base64url')}`;
  }

  /** Takes a place within the bounds, to be held as long as the session lives. */
  reserve(principal: string): Reservation {
    const { sessions, sessionsPerUser } = this.#limits;
    const own = this.#perPrincipal.get(principal) ?? 0;
    if (own >= sessionsPerUser) {
      return {
        ok: false,
        reason: `This user has ${own} sessions, which is the limit; end one, or try again`,
      };
    }
    if (this.#reserved >= sessions) {
      return {
        ok: false,
        reason: `The service has ${this.#reserved} sessions, which is the limit; try again`,
      };
    }
    this.#perPrincipal.set(principal, own + 1);
    this.#reserved++;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#reserved--;
      const left = (this.#perPrincipal.get(principal) ?? 1) - 1;
      if (left === 0) this.#perPrincipal.delete(principal);
      else this.#perPrincipal.set(principal, left);
    };
    return { ok: true, release };
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  /** The session of that id, if it belongs to the principal; another's is as unknown as none. */
  find(id: string, principal: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session?.principal === principal ? session : undefined;
  }

  /** Ends a session and frees its place. */
  end(session: Session, reason: string): void {
    if (!this.#sessions.delete(session.id)) return;
    session.end(reason);
    session.release();
  }

  /** Deadlines, idle sessions (by requests: an open stream keeps nothing alive), and their absolute lifetime. */
  sweep(now: number): void {
    const { sessionIdleMs, sessionMaxMs } = this.#limits;
    for (const session of this.#sessions.values()) {
      session.sweep(now);
      const idle = session.inFlight === 0 && now - session.usedAt >= sessionIdleMs;
      if (idle) this.end(session, 'The session was idle too long');
      else if (now - session.createdAt >= sessionMaxMs)
        this.end(session, 'The session has reached its lifetime');
    }
  }
}
