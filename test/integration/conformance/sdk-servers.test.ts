import { expect } from 'chai';
import { testTarget, type Report } from '../../../src/lib/conformance/index.ts';
import { startSdkV1, startSdkV2, type SdkServer } from '../../fixtures/conformance/sdk-servers.ts';

async function test(start: () => Promise<SdkServer>): Promise<Report> {
  const server = await start();
  try {
    return await testTarget({
      url: server.url,
      suites: ['transport', 'protocol', 'robustness'],
      revisions: 'all',
      timeoutMs: 60_000,
      exchangeMs: 5000,
    });
  } finally {
    await server.close();
  }
}

const failures = (report: Report): string[] =>
  report.checks
    .filter(({ status }) => status === 'fail')
    .map(({ id, revision, evidence }) => `${id} ${revision}: ${evidence}`);

describe('the tester, on servers made with the official SDK', function () {
  this.timeout(90_000);

  it('reports no failure on one of SDK v1', async () => {
    const report = await test(startSdkV1);
    expect(failures(report)).to.deep.equal([]);
    expect(report.target.revisions).to.deep.equal(['2025-03-26', '2025-06-18', '2025-11-25']);
    expect(report.summary.pass).to.be.greaterThan(200);
  });

  it('reports no failure on one of SDK v2, in both eras', async () => {
    const report = await test(startSdkV2);
    expect(failures(report)).to.deep.equal([]);
    expect(report.target.revisions).to.have.length(4);
    expect(report.summary.pass).to.be.greaterThan(300);
  });
});
