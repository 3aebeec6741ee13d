import { findProgram, installLine, type ProgramName } from './programs.ts';

const MISSING = Symbol.for('mcpgw.missing-programs');

interface RootSuite extends Mocha.Suite {
  [MISSING]?: Set<ProgramName>;
}

/**
 * For a test, or a `before` hook, that needs a program which the machine may lack.
 * Where it is missing the test is skipped and the end of the run names the program; in CI it fails.
 * @param context `this` of the test or hook
 * @returns the program's absolute path
 * @throws Error under `CI=true` when it is missing
 */
export function requireProgram(context: Mocha.Context, name: ProgramName): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  if (process.env['CI'] === 'true') throw new Error(`${name} is missing. Install it: ${installLine(name)}`);
  const root = rootOf(context);
  root[MISSING] = (root[MISSING] ?? new Set<ProgramName>()).add(name);
  return context.skip();
}

/**
 * The programs for want of which tests of this run were skipped.
 * @param root the run's root suite
 */
export const missingPrograms = (root: RootSuite): ProgramName[] => [...(root[MISSING] ?? [])].sort();

function rootOf(context: Mocha.Context): RootSuite {
  let suite = context.runnable().parent;
  while (suite?.parent !== undefined) suite = suite.parent;
  if (suite === undefined) throw new Error('requireProgram was called outside a test');
  return suite;
}
