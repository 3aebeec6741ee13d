import type { Level, Revision, Verdict } from './types.ts';

/** Where a clause stands, by revision. */
export type Clause = (revision: Revision) => string;

/** One thing that must or should hold of a target. `C` is what its suite gives it to work with. */
export interface Check<C> {
  /** `<suite>.<subject>.<what>`; the same for pass and fail, and stable. */
  id: string;
  title: string;
  level: Level;
  clause: Clause;
  /** Revisions under which the clause stands. */
  revisions: readonly Revision[];
  /** What to do when it does not hold. */
  advice: string;
  /** Anything thrown means that the check could not be done, which is a failure. */
  run(context: C): Promise<Verdict>;
}

const SITE = 'https://modelcontextprotocol.io/specification';

/**
 * A clause of the MCP specification.
 * @param path page and anchor of the revisions up to 2025-11-25
 * @param modern page and anchor of 2026-07-28, where they differ
 */
export const spec =
  (path: string, modern = path): Clause =>
  (revision) =>
    `${SITE}/${revision}/${revision < '2026-07-28' ? path : modern}`;

/** A section of an RFC. */
export const rfc =
  (number: number, section: string): Clause =>
  () =>
    `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`;

/** Any other public page that tells the behaviour that clients rely on. */
export const page =
  (url: string): Clause =>
  () =>
    url;
