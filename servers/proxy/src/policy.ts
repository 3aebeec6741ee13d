import type { Identity } from '@mcpgw/kit';
import { CODES } from './jsonrpc/codes.ts';
import type { Request } from './jsonrpc/message.ts';
import { hasRepeatedKey } from './jsonrpc/scan.ts';

/** Who sends a request, as the edge vouches for it. */
export interface Caller {
  principal: string;
  /** Names of the tools that the caller may use; all when undefined. */
  allowedTools: ReadonlySet<string> | undefined;
}

/** Without an edge in front there is one principal. */
export const ANONYMOUS = 'anonymous';

export const callerOf = (identity: Identity | undefined): Caller => ({
  principal: identity?.userId ?? ANONYMOUS,
  allowedTools: identity?.allowedTools && new Set(identity.allowedTools),
});

/**
 * Whether the caller may send this request: `tools/call` only of a tool of the caller's list.
 * @returns the JSON-RPC error to answer with, or undefined
 */
export function checkTool(
  { method, params, paramsText }: Request,
  { allowedTools }: Caller,
): { code: number; message: string } | undefined {
  if (allowedTools === undefined || method !== 'tools/call') return undefined;
  const name = params?.['name'];
  // A parser that takes the first of two names, or ignores their case, must not see another tool than this one.
  const clear = paramsText !== undefined && !hasRepeatedKey(paramsText, 0);
  if (typeof name === 'string' && clear && allowedTools.has(name)) return undefined;
  const shown = typeof name === 'string' ? name.slice(0, 64) : '';
  return { code: CODES.invalidParams, message: `The tool "${shown}" is not among those allowed for you` };
}

/** A service that runs arbitrary code cannot keep users apart: it serves the first one only. */
export class SinglePrincipal {
  readonly #applies: boolean;
  #first: string | undefined;

  constructor(applies: boolean) {
    this.#applies = applies;
  }

  /** Whether the principal is the one that is served. */
  admits(principal: string): boolean {
    if (!this.#applies) return true;
    this.#first ??= principal;
    return this.#first === principal;
  }
}
