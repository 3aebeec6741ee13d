import { expect } from 'chai';
import { CHECKS } from '../../../src/lib/conformance/checks/index.ts';
import type { Report } from '../../../src/lib/conformance/index.ts';
import { startFaultyServer } from '../../fixtures/conformance/faulty-server.ts';
import { testFixture, TLS } from '../../fixtures/conformance/tester.ts';

const idsOf = (report: Report, ...statuses: string[]): string[] => [
  ...new Set(report.checks.filter(({ status }) => statuses.includes(status)).map(({ id }) => id)),
];

describe('the tester, on a server without a fault', function () {
  this.timeout(60_000);

  it('passes every check of transport, protocol and robustness in some revision, and fails none', async () => {
    const fixture = await startFaultyServer({ tls: TLS });
    const report = await testFixture(fixture, false, { ca: TLS.cert });
    await fixture.close();
    expect(report.checks.filter(({ status }) => status === 'fail' || status === 'warn')).to.deep.equal([]);
    const expected = [...CHECKS.transport, ...CHECKS.protocol, ...CHECKS.robustness].map(({ id }) => id);
    expect(idsOf(report, 'pass')).to.include.members(expected);
    expect(report.target.revisions).to.have.length(4);
    expect(report.target.server?.name).to.equal('conformance-fixture');
  });

  it('passes every check of auth', async () => {
    const fixture = await startFaultyServer({ auth: true });
    const report = await testFixture(fixture, true);
    await fixture.close();
    expect(report.checks.filter(({ status }) => status !== 'pass')).to.deep.equal([]);
    expect(idsOf(report, 'pass')).to.include.members(CHECKS.auth.map(({ id }) => id));
  });

  it('uses a token of its own sign-in for the other suites', async () => {
    const fixture = await startFaultyServer({ auth: true });
    const report = await testFixture(fixture, true, { suites: ['transport'], revisions: ['2026-07-28'] });
    await fixture.close();
    expect(idsOf(report, 'fail', 'warn')).to.deep.equal([]);
    expect(idsOf(report, 'pass')).to.include('transport.modern.version-missing');
  });

  it('skips auth where no token is asked for', async () => {
    const fixture = await startFaultyServer();
    const report = await testFixture(fixture, false, { suites: ['auth'] });
    await fixture.close();
    expect(idsOf(report, 'skip')).to.include.members(CHECKS.auth.map(({ id }) => id));
  });
});
