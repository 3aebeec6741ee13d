import type { Limits } from '@mcpgw/kit/contract';
import {
  createPrincipalStore,
  principalOf,
  ToolError,
  type Call,
  type Entry,
  type Session,
} from '@mcpgw/kit/mcp';

/** What the server remembers for one session or handle. */
export interface EchoState {
  lastMessage: string | undefined;
  echoes: number;
}

/** A state, and what carries it: the legacy session of the call, or a handle. */
export interface Place {
  kind: 'session' | 'handle';
  entry: Session | Entry<EchoState>;
  state: EchoState;
}

/** State bound to the principal. It ends with its session; under a handle, by the limits that sessions have. */
export interface Memory {
  /**
   * @param handle as the caller has passed it
   * @returns undefined when the call names no state: no session, no handle
   * @throws ToolError the handle is unknown, ended, or another principal's
   */
  find(call: Call, handle: string | undefined): Place | undefined;
  /**
   * State under a new handle.
   * @throws ToolError all are taken
   */
  open(call: Call): Place;
  /** All states of the same principal, oldest first. */
  own(call: Call): Place[];
  close(): void;
}

export function createMemory(limits: Limits): Memory {
  const ofSession = new WeakMap<Session, EchoState>();
  const handles = createPrincipalStore<EchoState>({
    entries: limits.sessions,
    entriesPerPrincipal: limits.sessionsPerUser,
    idleMs: limits.sessionIdleMs,
    maxMs: limits.sessionMaxMs,
  });

  const sessionPlace = (session: Session): Place => {
    const state = ofSession.get(session) ?? { lastMessage: undefined, echoes: 0 };
    ofSession.set(session, state);
    return { kind: 'session', entry: session, state };
  };
  const handlePlace = (entry: Entry<EchoState>): Place => ({ kind: 'handle', entry, state: entry.value });

  return {
    find: (call, handle) => {
      if (handle === undefined) return call.session && sessionPlace(call.session);
      const entry = handles.find(handle, principalOf(call));
      if (entry) return handlePlace(entry);
      throw new ToolError(
        'This handle is unknown or has ended: call echo without a handle to get a new one.',
      );
    },
    open: (call) => {
      const entry = handles.open(principalOf(call), { lastMessage: undefined, echoes: 0 });
      if (entry) return handlePlace(entry);
      throw new ToolError('All handles are taken: try again later.');
    },
    own: (call) => [
      ...call.ownSessions().map(sessionPlace),
      ...handles.list(principalOf(call)).map(handlePlace),
    ],
    close: () => handles.close(),
  };
}
