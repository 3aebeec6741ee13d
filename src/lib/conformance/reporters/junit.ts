import type { Assessment } from '../baseline.ts';
import { suiteOf } from '../groups.ts';
import type { CheckResult, Report } from '../types.ts';

/** JUnit XML: a suite for each target and suite, a case for each check and revision. */
export function renderJUnit({ reports, known, stale }: Assessment): string {
  const suites = reports.flatMap((report) => suitesOfReport(report, known));
  if (stale.length > 0) {
    const cases = stale.map(({ check, revision = 'any' }) =>
      element('testcase', { classname: 'baseline', name: `${check} (${revision})`, time: '0' }, [
        element('failure', { message: 'The baseline names a check that does not fail.' }),
      ]),
    );
    suites.push(
      element('testsuite', { name: 'baseline', tests: stale.length, failures: stale.length }, cases),
    );
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'mcpgw test conformance' }, suites)}\n`;
}

function suitesOfReport(report: Report, known: readonly CheckResult[]): string[] {
  const groups = Map.groupBy(report.checks, ({ id }) => suiteOf(id));
  return [...groups].map(([suite, checks]) => {
    const failures = checks.filter((check) => check.status === 'fail' && !known.includes(check));
    const skipped = checks.filter((check) => check.status === 'skip' || known.includes(check));
    const attributes = {
      name: `${suite} ${report.target.url}`,
      tests: checks.length,
      failures: failures.length,
      skipped: skipped.length,
    };
    return element(
      'testsuite',
      attributes,
      checks.map((check) => testCase(check, suite, known)),
    );
  });
}

function testCase(check: CheckResult, suite: string, known: readonly CheckResult[]): string {
  const { id, title, revision, status, evidence, advice, clause, level } = check;
  const attributes = { classname: `${suite}.${revision}`, name: `${id}: ${title}`, time: '0' };
  const text = `${evidence}\n${level}: ${clause}\n${advice}`;
  if (known.includes(check))
    return element('testcase', attributes, [element('skipped', { message: `known: ${evidence}` })]);
  if (status === 'fail')
    return element('testcase', attributes, [element('failure', { message: evidence }, [escape(text)])]);
  if (status === 'skip') return element('testcase', attributes, [element('skipped', { message: evidence })]);
  if (status === 'warn')
    return element('testcase', attributes, [element('system-out', {}, [escape(`warning: ${text}`)])]);
  return element('testcase', attributes);
}

function element(name: string, attributes: Record<string, string | number>, children: string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  return `<${name}${written.join('')}>${children.join('\n')}</${name}>`;
}

const ENTITIES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

const escape = (text: string): string => text.replace(/[<>&"']/g, (char) => ENTITIES[char] ?? char);
