/** Revisions with `initialize` and sessions, the oldest first. Their names compare as dates. */
export const LEGACY_VERSIONS: readonly string[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** The one revision over HTTP that has JSON-RPC batches. */
export const hasBatches = (version: string): boolean => version === '2025-03-26';

/** Whether a stream begins with an event without a message (older clients cannot read one). */
export const hasPriming = (version: string): boolean => version >= '2025-11-25';

/**
 * The revision to answer a client with whose child has settled for one already.
 * @param asked the client's
 * @param spoken the child's
 */
export function negotiate(asked: unknown, spoken: string): string {
  return typeof asked === 'string' && LEGACY_VERSIONS.includes(asked) && asked < spoken ? asked : spoken;
}
