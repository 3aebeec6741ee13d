import { expect } from 'chai';
import { assess, exitCodeOf, parseBaseline, writeBaseline } from '../../../src/lib/conformance/index.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { reportOf, result } from './report.ts';

const SUITES = ['transport', 'auth'] as const;
const failing = result({ id: 'transport.a', status: 'fail' });
const passing = result({ id: 'transport.b', status: 'pass' });
const report = reportOf([failing, passing]);

const exitWith = (...entries: Parameters<typeof assess>[1]): number =>
  exitCodeOf(assess([report], entries, SUITES));

describe('the baseline', () => {
  it('lets a failure pass that it names, in one revision or in any', () => {
    expect(exitWith()).to.equal(1);
    expect(exitWith({ check: 'transport.a' })).to.equal(0);
    expect(exitWith({ check: 'transport.a', revision: '2025-11-25' })).to.equal(0);
    expect(exitWith({ check: 'transport.a', revision: '2025-06-18' })).to.equal(1);
  });

  it('fails on an entry whose check does not fail', () => {
    expect(exitWith({ check: 'transport.a' }, { check: 'transport.b' })).to.equal(1);
    expect(exitWith({ check: 'transport.a' }, { check: 'transport.no-such-check' })).to.equal(1);
  });

  it('leaves entries alone whose suite or revision was not run', () => {
    expect(exitWith({ check: 'transport.a' }, { check: 'robustness.c' })).to.equal(0);
    expect(exitWith({ check: 'transport.a' }, { check: 'transport.b', revision: '2026-07-28' })).to.equal(0);
  });

  it('does not count warnings', () => {
    const warned = reportOf([result({ id: 'transport.a', status: 'warn', level: 'SHOULD' })]);
    expect(exitCodeOf(assess([warned], [], SUITES))).to.equal(0);
  });

  it('gives exit code 3 when a target cannot be reached', () => {
    const gone = reportOf([result({ id: 'target.answers', status: 'fail' })]);
    expect(exitCodeOf(assess([report, gone], [], SUITES))).to.equal(3);
  });

  it('is written with what fails, keeps reasons, and reads back as known', () => {
    const text = writeBaseline(
      [report],
      [{ check: 'transport.a', reason: 'the edge does it' }, { check: 'gone' }],
    );
    const entries = parseBaseline(text, 'baseline.yaml');
    expect(entries).to.deep.equal([
      { check: 'transport.a', revision: '2025-11-25', reason: 'the edge does it' },
    ]);
    expect(exitWith(...entries)).to.equal(0);
  });

  for (const [what, text] of Object.entries({
    'no YAML': 'failures: [',
    'another key': 'failures: []\nmore: 1',
    'an unknown revision': 'failures: [{check: a, revision: 2020-01-01}]',
    'no list': 'failures: transport.a',
    'an empty file': '',
  })) {
    it(`is refused when it is ${what}`, () => {
      expect(() => parseBaseline(text, 'baseline.yaml'))
        .to.throw(UserError)
        .with.property('code', 'INVALID_VALUE');
    });
  }
});
