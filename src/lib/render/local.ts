import type { Prepared } from '../packages/prepare.ts';
import type { Project } from '../project.ts';

/** One file that mcpgw writes and remembers. */
export interface RenderedFile {
  /** Below `.mcpgw`, such as `gateway.json`. */
  name: string;
  text: string;
}

/**
 * `gateway.json` and `routes.json` of the local target. Pure and deterministic.
 * @param selected services to run; the other enabled ones are `stopped`
 * @param prepared what preparePackages answered for the selected ones
 */
export declare function renderLocal(
  project: Project,
  selected: readonly string[],
  prepared: ReadonlyMap<string, Prepared>,
): RenderedFile[];
