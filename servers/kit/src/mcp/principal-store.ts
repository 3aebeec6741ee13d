import { randomUUID } from 'node:crypto';

/** Something that belongs to one principal and ends by itself. Times in milliseconds since the epoch. */
export interface Entry<Value> {
  /** Unguessable; never enough by itself: the principal is asked too. */
  readonly id: string;
  readonly principal: string;
  readonly createdAt: number;
  lastUsedAt: number;
  /** Uses in progress; an entry in use is not idle. */
  uses: number;
  readonly value: Value;
}

export interface StoreLimits {
  entries: number;
  entriesPerPrincipal: number;
  idleMs: number;
  maxMs: number;
}

export interface PrincipalStore<Value> {
  readonly size: number;
  /**
   * Over its own share, a principal loses the entry it has not used for longest.
   * @returns undefined when the store is full with those of others
   */
  open(principal: string, value: Value): Entry<Value> | undefined;
  /** @returns undefined for an id that is unknown, ended, or another principal's: the three look alike */
  find(id: string, principal: string): Entry<Value> | undefined;
  /** A principal's own entries, oldest first. */
  list(principal: string): readonly Entry<Value>[];
  end(id: string): void;
  /** Ends every entry. */
  close(): void;
}

const MIN_SWEEP_MS = 250;
const MAX_SWEEP_MS = 30_000;

/**
 * State bound to principals: bounded in number, in number for each, in idle time and in age.
 * @param onEnd called once for each entry that ends, however it does
 */
export function createPrincipalStore<Value>(
  limits: StoreLimits,
  onEnd: (entry: Entry<Value>) => void = () => undefined,
  now: () => number = Date.now,
): PrincipalStore<Value> {
  const entries = new Map<string, Entry<Value>>();
  const owned = new Map<string, Set<Entry<Value>>>();

  const isOver = (entry: Entry<Value>, at: number): boolean =>
    at - entry.createdAt >= limits.maxMs || (entry.uses === 0 && at - entry.lastUsedAt >= limits.idleMs);

  const end = (id: string): void => {
    const entry = entries.get(id);
    if (!entry) return;
    entries.delete(id);
    const own = owned.get(entry.principal);
    own?.delete(entry);
    if (own?.size === 0) owned.delete(entry.principal);
    onEnd(entry);
  };

  const sweep = (): void => {
    const at = now();
    for (const entry of entries.values()) if (isOver(entry, at)) end(entry.id);
  };
  const timer = setInterval(sweep, Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, limits.idleMs / 4)));
  timer.unref();

  const makeRoom = (own: Set<Entry<Value>> | undefined): void => {
    if (own === undefined || own.size < limits.entriesPerPrincipal) return;
    const [oldest] = [...own].sort((a, b) => a.uses - b.uses || a.lastUsedAt - b.lastUsedAt);
    if (oldest) end(oldest.id);
  };

  return {
    get size() {
      return entries.size;
    },
    open: (principal, value) => {
      makeRoom(owned.get(principal));
      if (entries.size >= limits.entries) sweep();
      if (entries.size >= limits.entries) return undefined;
      const at = now();
      const entry = { id: randomUUID(), principal, createdAt: at, lastUsedAt: at, uses: 0, value };
      entries.set(entry.id, entry);
      const own = owned.get(principal);
      if (own) own.add(entry);
      else owned.set(principal, new Set([entry]));
      return entry;
    },
    find: (id, principal) => {
      const entry = entries.get(id);
      if (entry?.principal !== principal) return undefined;
      const at = now();
      if (isOver(entry, at)) {
        end(id);
        return undefined;
      }
      entry.lastUsedAt = at;
      return entry;
    },
    list: (principal) => [...(owned.get(principal) ?? [])],
    end,
    close: () => {
      clearInterval(timer);
      for (const id of entries.keys()) end(id);
    },
  };
}
