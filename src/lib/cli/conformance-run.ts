import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  assess,
  exitCodeOf,
  parseBaseline,
  render,
  testTarget,
  writeBaseline,
  type Assessment,
  type BaselineEntry,
  type CheckResult,
  type Report,
  type Reporter,
  type TestOptions,
} from '../conformance/index.ts';
import type { TestTarget } from './test-targets.ts';

export interface ConformanceRun extends Omit<TestOptions, 'url' | 'token' | 'signIn' | 'foreign'> {
  targets: readonly TestTarget[];
  baseline?: string;
  updateBaseline: boolean;
  /** Told of each result, with the number so far. */
  onResult: (target: TestTarget, result: CheckResult, count: number) => void;
}

/**
 * Tests targets one after the other and holds them against the baseline.
 * @throws UserError INVALID_VALUE when the baseline cannot be read
 */
export async function runConformance(
  run: ConformanceRun,
): Promise<{ assessment: Assessment; exitCode: number }> {
  const entries = readBaseline(run.baseline);
  const reports: Report[] = [];
  for (const target of run.targets) {
    let count = 0;
    reports.push(
      await testTarget({ ...run, ...target }, (result) => {
        run.onResult(target, result, (count += 1));
      }),
    );
    if (run.bail === true && reports.at(-1)?.summary.fail !== 0) break;
  }
  if (run.updateBaseline && run.baseline !== undefined) {
    const text = writeBaseline(reports, entries);
    writeFileSync(run.baseline, text);
    const assessment = assess(reports, parseBaseline(text, run.baseline), run.suites);
    return { assessment, exitCode: exitCodeOf(assessment) };
  }
  const assessment = assess(reports, entries, run.suites);
  return { assessment, exitCode: exitCodeOf(assessment) };
}

function readBaseline(file: string | undefined): BaselineEntry[] {
  return file === undefined || !existsSync(file) ? [] : parseBaseline(readFileSync(file, 'utf8'), file);
}

/** What goes where: a file gets the form that was asked for, the screen then gets the page for people. */
export function outputsOf(
  assessment: Assessment,
  options: {
    reporter: Reporter;
    output: string | undefined;
    version: string;
    color: boolean;
    github: boolean;
  },
): { screen: string; file: string | undefined } {
  const { reporter, output, version, color } = options;
  const of = (form: Reporter, painted: boolean): string =>
    render(form, assessment, { color: painted, version });
  if (output === undefined && reporter !== 'spec') return { screen: of(reporter, false), file: undefined };
  const annotations = options.github ? of('github', false) : '';
  return {
    screen: of('spec', color) + annotations,
    file: output === undefined ? undefined : of(reporter, false),
  };
}
