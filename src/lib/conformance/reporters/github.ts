import type { Assessment } from '../baseline.ts';
import { findingsOf } from '../groups.ts';

/** Workflow commands of GitHub Actions: an annotation for each failure and warning. */
export function renderGithub({ reports, known, stale }: Assessment): string {
  const lines = reports.flatMap((report) =>
    findingsOf(report, 'fail', 'warn').map(({ id, result, results, revisions }) => {
      const level = results.every((one) => known.includes(one))
        ? 'notice'
        : result.status === 'fail'
          ? 'error'
          : 'warning';
      const text = `${report.target.url} (${revisions.join(', ')}): ${result.evidence} ${result.advice} ${result.clause}`;
      return `::${level} title=${property(`${id}: ${result.title}`)}::${data(text)}`;
    }),
  );
  for (const { check, revision } of stale) {
    lines.push(
      `::error title=${property(`stale: ${check}`)}::${data(`The baseline names ${check} ${revision ?? ''}, which does not fail.`)}`,
    );
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
