import type { Assessment } from '../baseline.ts';
import { findingsOf, suitesOf } from '../groups.ts';

/** For a pull request or a job summary. */
export function renderMarkdown({ reports, known, stale }: Assessment): string {
  const lines: string[] = [];
  for (const report of reports) {
    lines.push(
      `## ${report.target.url}`,
      '',
      '| suite | passed | failed | warnings | not applicable |',
      '|---|---|---|---|---|',
    );
    for (const [suite, { pass, fail, warn, skip }] of suitesOf(report)) {
      lines.push(`| ${suite} | ${pass} | ${fail} | ${warn} | ${skip} |`);
    }
    const findings = findingsOf(report, 'fail', 'warn');
    if (findings.length > 0) {
      lines.push('', '| | check | seen | what to do |', '|---|---|---|---|');
      for (const { id, result, results, revisions } of findings) {
        const mark = results.every((one) => known.includes(one))
          ? 'known'
          : result.status === 'fail'
            ? '❌'
            : '⚠️';
        const name = `[${cell(result.title)}](${result.clause})<br>\`${id}\`<br>${revisions.join(', ')}`;
        lines.push(`| ${mark} | ${name} | ${cell(result.evidence)} | ${cell(result.advice)} |`);
      }
    }
    lines.push('');
  }
  for (const { check, revision } of stale)
    lines.push(`- stale in the baseline: \`${check}\` ${revision ?? ''}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** What a server sent must not become markup. */
const cell = (text: string): string => text.replace(/[|\\`*_{}[\]<>()#!]/g, '\\$&').replaceAll('\n', ' ');
