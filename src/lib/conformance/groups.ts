import type { CheckResult, Report, Revision } from './types.ts';

/** Results of one check on one target, over the revisions. */
export interface Finding {
  id: string;
  suite: string;
  /** Of the newest revision. */
  result: CheckResult;
  results: CheckResult[];
  revisions: Revision[];
}

export const suiteOf = (id: string): string => id.split('.')[0] ?? id;

/** One finding for each check and status, so that what is wrong in four revisions is read once. */
export function findingsOf(report: Report, ...statuses: CheckResult['status'][]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const result of report.checks) {
    if (!statuses.includes(result.status)) continue;
    const known = findings.get(result.id);
    if (known) {
      known.revisions.push(result.revision);
      known.results.push(result);
      known.result = result;
    } else {
      const { id, revision } = result;
      findings.set(id, { id, suite: suiteOf(id), result, results: [result], revisions: [revision] });
    }
  }
  return [...findings.values()];
}

/** Counts of each suite, in the order of the run. */
export function suitesOf(report: Report): Map<string, Record<CheckResult['status'], number>> {
  const suites = new Map<string, Record<CheckResult['status'], number>>();
  for (const { id, status } of report.checks) {
    const counts = suites.get(suiteOf(id)) ?? { pass: 0, fail: 0, warn: 0, skip: 0 };
    counts[status] += 1;
    suites.set(suiteOf(id), counts);
  }
  return suites;
}
