import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { suiteOf } from './groups.ts';
import { ANSWERS } from './target.ts';
import { REVISIONS, type CheckResult, type Report, type Suite } from './types.ts';

const baselineSchema = z.strictObject({
  failures: z.array(
    z.strictObject({
      check: z.string().min(1),
      /** Any revision when absent. */
      revision: z.enum(REVISIONS).optional(),
      /** Why it may fail; for the reader. */
      reason: z.string().optional(),
    }),
  ),
});

export type BaselineEntry = z.infer<typeof baselineSchema>['failures'][number];

/** Reports held against a baseline. */
export interface Assessment {
  reports: readonly Report[];
  /** Failures that the baseline names. */
  known: readonly CheckResult[];
  /** Entries of the baseline that were tested and did not fail. */
  stale: readonly BaselineEntry[];
}

/**
 * Reads a baseline file's text.
 * @throws UserError INVALID_VALUE when it has another form
 */
export function parseBaseline(text: string, file: string): BaselineEntry[] {
  const read = (): unknown => {
    try {
      return parse(text, { maxAliasCount: 0 }) as unknown;
    } catch (error) {
      throw new UserError('INVALID_VALUE', `The baseline ${file} is not YAML: ${(error as Error).message}`, {
        nextSteps: ['Write it anew with --update-baseline.'],
        place: { file },
      });
    }
  };
  const result = baselineSchema.safeParse(read());
  if (result.success) return result.data.failures;
  const [issue] = result.error.issues;
  throw new UserError(
    'INVALID_VALUE',
    `The baseline ${file} is invalid at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    {
      nextSteps: [
        'Give a list `failures` of {check, revision?, reason?}, or write it anew with --update-baseline.',
      ],
      place: { file },
    },
  );
}

/** Sorts failures into known and new, and finds what is stale. Entries of suites or revisions that were not run are left alone. */
export function assess(
  reports: readonly Report[],
  entries: readonly BaselineEntry[],
  suites: readonly Suite[],
): Assessment {
  const results = reports.flatMap(({ checks }) => checks);
  const failures = results.filter(({ status }) => status === 'fail');
  const covers = (entry: BaselineEntry, { id, revision }: CheckResult): boolean =>
    entry.check === id && (entry.revision === undefined || entry.revision === revision);
  const known = failures.filter((result) => entries.some((entry) => covers(entry, result)));
  const ran = new Set(results.map(({ revision }) => revision));
  const stale = entries.filter((entry) => {
    const suite = suiteOf(entry.check);
    const inScope = suite === 'target' || suites.some((one) => one === suite);
    if (!inScope || (entry.revision !== undefined && !ran.has(entry.revision))) return false;
    return !failures.some((result) => covers(entry, result));
  });
  return { reports, known, stale };
}

/** The text of a baseline that names every failure there is; reasons that were written are kept. */
export function writeBaseline(reports: readonly Report[], before: readonly BaselineEntry[]): string {
  const failures = new Map<string, BaselineEntry>();
  for (const { id, revision, status } of reports.flatMap(({ checks }) => checks)) {
    if (status !== 'fail') continue;
    const reason = before.find(
      (entry) => entry.check === id && (entry.revision ?? revision) === revision,
    )?.reason;
    failures.set(`${id} ${revision}`, { check: id, revision, ...(reason === undefined ? {} : { reason }) });
  }
  const head =
    '# Failures of `mcpgw test conformance` that are known. One that no longer fails is stale and fails the run.\n';
  return head + stringify({ failures: [...failures.values()] });
}

/** 0: nothing failed that is not known; 1: something did, or an entry is stale; 3: a target could not be reached. */
export function exitCodeOf({ reports, known, stale }: Assessment): number {
  const failures = reports
    .flatMap(({ checks }) => checks)
    .filter((check) => check.status === 'fail' && !known.includes(check));
  if (failures.some(({ id }) => id === ANSWERS)) return 3;
  return failures.length > 0 || stale.length > 0 ? 1 : 0;
}
