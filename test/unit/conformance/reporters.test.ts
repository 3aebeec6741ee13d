import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { XMLParser } from 'fast-xml-parser';
import { assess, render, type Reporter } from '../../../src/lib/conformance/index.ts';
import { reportJsonSchema } from '../../../src/lib/conformance/report-schema.ts';
import { ROOT } from '../../support/paths.ts';
import { reportOf, result } from './report.ts';

const HOSTILE = 'HTTP 200, text/html, <script>"\'&]]> %0A::error::| `x` \u{1f642}';
const report = reportOf([
  result({ id: 'transport.fails', status: 'fail', evidence: HOSTILE }),
  result({ id: 'transport.fails', status: 'fail', revision: '2025-06-18', evidence: HOSTILE }),
  result({ id: 'transport.known', status: 'fail' }),
  result({ id: 'auth.warns', status: 'warn', level: 'SHOULD' }),
  result({ id: 'auth.passes', status: 'pass' }),
  result({ id: 'auth.skipped', status: 'skip', evidence: 'There is none.' }),
]);
const assessment = assess(
  [report],
  [{ check: 'transport.known' }, { check: 'auth.passes' }],
  ['transport', 'auth'],
);
const rendered = (reporter: Reporter): string =>
  render(reporter, assessment, { color: false, version: '1.2.3' });

interface JUnitCase {
  '@_name': string;
  failure?: { '@_message': string };
  skipped?: unknown;
}

describe('reporters', () => {
  it('write JSON that the published schema accepts, for one target and for several', () => {
    const file = readFileSync(path.join(ROOT, 'schemas', 'conformance-report.schema.json'), 'utf8');
    expect(file).to.equal(reportJsonSchema());
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse(file) as object,
    );
    expect(validate(JSON.parse(rendered('json')))).to.equal(true);
    const two = assess([report, report], [], ['transport', 'auth']);
    expect(validate(JSON.parse(render('json', two, { color: false, version: '1' })))).to.equal(true);
    expect(validate({ ...report, checks: [{ id: 'a' }] })).to.equal(false);
  });

  it('write JUnit that a parser takes, with failures, skips and what is known', () => {
    const xml = rendered('junit');
    const parser = new XMLParser({
      ignoreAttributes: false,
      isArray: (name: string) => name === 'testsuite' || name === 'testcase',
    });
    const { testsuites } = parser.parse(xml) as {
      testsuites: { testsuite: { '@_failures': string; testcase: JUnitCase[] }[] };
    };
    const cases = testsuites.testsuite.flatMap(({ testcase }) => testcase);
    const of = (id: string): JUnitCase | undefined => cases.find((one) => one['@_name'].startsWith(id));
    expect(of('transport.fails')?.failure?.['@_message']).to.contain('<script>"\'&]]>');
    expect(of('transport.known')).to.have.property('skipped');
    expect(of('auth.skipped')).to.have.property('skipped');
    expect(of('auth.passes (any)')).to.have.property('failure');
    expect(testsuites.testsuite.map((suite) => Number(suite['@_failures']))).to.deep.equal([2, 0, 1]);
  });

  it('write SARIF with a rule for each check and the known ones suppressed', () => {
    interface Sarif {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { ruleId: string; level: string; suppressions?: unknown[] }[];
      }[];
    }
    const [run] = (JSON.parse(rendered('sarif')) as Sarif).runs;
    expect(run?.tool.driver.rules.map(({ id }) => id)).to.deep.equal([
      'transport.fails',
      'transport.known',
      'auth.warns',
    ]);
    expect(
      run?.results.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions?.length ?? 0]),
    ).to.deep.equal([
      ['transport.fails', 'error', 0],
      ['transport.known', 'error', 1],
      ['auth.warns', 'warning', 0],
    ]);
  });

  it('write annotations in which nothing can begin another one', () => {
    const lines = rendered('github').trimEnd().split('\n');
    expect(lines.map((line) => /^::(\w+) title=/.exec(line)?.[1])).to.deep.equal([
      'error',
      'notice',
      'warning',
      'error',
    ]);
    expect(lines[0]).to.contain('%250A');
    expect(lines[0]).to.contain('(2025-11-25, 2025-06-18)');
  });

  it('write Markdown in which nothing of a server is markup', () => {
    const text = rendered('markdown');
    expect(text).to.contain('| transport | 0 | 3 | 0 | 0 |');
    expect(text).to.not.contain('<script>');
    expect(text).to.contain('\\|');
  });

  it('write a page for people that reads a failure of two revisions once, and names clause and advice', () => {
    const text = rendered('spec');
    expect(text.match(/Title of transport\.fails/g)).to.have.length(1);
    expect(text).to.contain('transport.fails · MUST · 2025-11-25, 2025-06-18');
    expect(text).to.contain('do      Mend it.');
    expect(text).to.contain('◌ known Title of transport.known');
    expect(text).to.contain('stale in the baseline: auth.passes');
    expect(text).to.contain('1 passed, 3 failed, 1 warnings, 1 not applicable');
    expect(text).to.not.contain('\u001b[');
  });

  it('read checks that could not be tested for one reason once', () => {
    const why = 'Could not be tested: no session.';
    const many = ['a', 'b', 'c'].map((id) =>
      result({ id: `transport.${id}`, status: 'fail', evidence: why }),
    );
    const text = render('spec', assess([reportOf(many)], [], ['transport']), { color: false, version: '1' });
    expect(text).to.contain('3 checks could not be tested');
    expect(text.match(/no session\./g)).to.have.length(1);
  });

  it('colour the page where it is asked for', () => {
    expect(render('spec', assessment, { color: true, version: '1' })).to.contain('\u001b[');
  });
});
