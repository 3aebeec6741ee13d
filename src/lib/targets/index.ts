import { createLocalTarget } from './local/local-target.ts';
import type { LoadProject, Target } from './target.ts';

/**
 * The target of a project.
 * @param root the project's folder
 * @param load reads the project when its configuration is needed
 */
export const createTarget = (root: string, load: LoadProject): Target => createLocalTarget(root, load);

export type * from './target.ts';
