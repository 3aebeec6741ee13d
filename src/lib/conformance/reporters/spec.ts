import { styleText } from 'node:util';
import type { Assessment } from '../baseline.ts';
import { findingsOf, suitesOf, type Finding } from '../groups.ts';
import type { Report } from '../types.ts';

type Style = Parameters<typeof styleText>[0];
const WIDTH = 100;

/** For a person: what is wrong, by which clause, and what to do; the rest in one line a suite. */
export function renderSpec(assessment: Assessment, options: { color: boolean }): string {
  const paint = (style: Style, text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const lines: string[] = [];
  for (const report of assessment.reports) lines.push(...page(report, assessment, paint), '');
  for (const { check, revision } of assessment.stale) {
    lines.push(
      paint('red', `✖ stale in the baseline: ${check}${revision ? ` (${revision})` : ''} does not fail`),
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function page(
  report: Report,
  assessment: Assessment,
  paint: (style: Style, text: string) => string,
): string[] {
  const { target, summary } = report;
  const server = target.server ? `${target.server.name} ${target.server.version}` : 'no MCP server was met';
  const lines = [
    paint('bold', target.url),
    paint('dim', `${server}${target.revisions.length > 0 ? ` · ${target.revisions.join(', ')}` : ''}`),
    '',
  ];
  for (const [suite, counts] of suitesOf(report)) {
    const mark =
      counts.fail > 0 ? paint('red', '✖') : counts.warn > 0 ? paint('yellow', '▲') : paint('green', '✔');
    const parts = [
      `${counts.pass} passed`,
      counts.fail > 0 ? paint('red', `${counts.fail} failed`) : '',
      counts.warn > 0 ? paint('yellow', `${counts.warn} warnings`) : '',
      counts.skip > 0 ? paint('dim', `${counts.skip} not applicable`) : '',
    ];
    lines.push(`  ${mark} ${suite.padEnd(11)} ${parts.filter(Boolean).join(', ')}`);
  }
  const known = (finding: Finding): boolean => finding.results.every((one) => assessment.known.includes(one));
  const [untested, tested] = split(findingsOf(report, 'fail', 'warn'));
  for (const finding of tested.filter(({ result }) => result.status === 'fail')) {
    lines.push('', ...detail(finding, known(finding) ? paint('dim', '◌ known') : paint('red', '✖'), paint));
  }
  for (const finding of tested.filter(({ result }) => result.status === 'warn')) {
    lines.push('', ...detail(finding, paint('yellow', '▲'), paint));
  }
  for (const [evidence, findings] of Map.groupBy(untested, ({ result }) => result.evidence)) {
    lines.push('', ...together(evidence, findings, paint));
  }
  const time = `${(summary.durationMs / 1000).toFixed(1)} s`;
  const counts = `${summary.pass} passed, ${summary.fail} failed, ${summary.warn} warnings, ${summary.skip} not applicable`;
  lines.push('', paint(summary.fail > 0 ? 'red' : 'green', counts) + paint('dim', ` in ${time}`));
  return lines;
}

function detail(finding: Finding, mark: string, paint: (style: Style, text: string) => string): string[] {
  const { result, revisions, id } = finding;
  return [
    `${mark} ${paint('bold', result.title)}`,
    `  ${paint('dim', `${id} · ${result.level} · ${revisions.join(', ')}`)}`,
    ...wrap('saw   ', result.evidence),
    ...wrap('clause', result.clause),
    ...wrap('do    ', result.advice),
  ];
}

const UNTESTED = 'Could not be tested: ';

/** What could not be tested, and the rest. */
const split = (findings: readonly Finding[]): [Finding[], Finding[]] => [
  findings.filter(({ result }) => result.evidence.startsWith(UNTESTED)),
  findings.filter(({ result }) => !result.evidence.startsWith(UNTESTED)),
];

/** Checks that could not be done for one and the same reason are read once. */
function together(
  evidence: string,
  findings: readonly Finding[],
  paint: (style: Style, text: string) => string,
): string[] {
  const ids = findings.map(({ id }) => id);
  const shown = ids.length > 6 ? [...ids.slice(0, 5), `and ${ids.length - 5} more`] : ids;
  const count = ids.length === 1 ? 'One check' : `${ids.length} checks`;
  return [
    `${paint('red', '✖')} ${paint('bold', `${count} could not be tested`)}`,
    ...wrap('saw   ', evidence.slice(UNTESTED.length)),
    ...wrap('checks', shown.join(', ')),
  ];
}

function wrap(label: string, text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - 10) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, at) => `  ${at === 0 ? label : '      '}  ${one}`);
}
