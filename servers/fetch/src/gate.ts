import { ToolError } from '@mcpgw/kit/mcp';

/** Runs work under a bound. */
export type Gate = <Value>(principal: string, work: () => Promise<Value>) => Promise<Value>;

/**
 * Each fetch may hold a few megabytes: their number is bounded, for all callers together and for each.
 * @throws ToolError too many are at work
 */
export function createGate(all: number, each: number): Gate {
  const active = new Map<string, number>();
  let total = 0;
  return async (principal, work) => {
    const own = active.get(principal) ?? 0;
    if (total >= all || own >= each)
      throw new ToolError('Too many pages are being read: try again in a moment.');
    total += 1;
    active.set(principal, own + 1);
    try {
      return await work();
    } finally {
      total -= 1;
      const left = (active.get(principal) ?? 1) - 1;
      if (left === 0) active.delete(principal);
      else active.set(principal, left);
    }
  };
}
