import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { fixture, startProxy, temporaryFolder, type RunningProxy } from '../helpers/proxy.ts';

const SUITE = join(
  import.meta.dirname,
  '../../../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
);

interface Outcome {
  exitCode: number;
  output: string;
}

/** Runs the official suite against a URL as a child process; it has no programming interface. */
function runSuite(url: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [SUITE, 'server', '--url', url, ...args],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ exitCode: error ? Number(error.code) || 1 : 0, output: stdout + stderr }),
    );
  });
}

describe('official conformance suite', function () {
  this.timeout(180_000);
  let proxy: RunningProxy;
  const folder = temporaryFolder();

  before(async () => {
    proxy = await startProxy(
      { args: [fixture('conformance-server.mjs')], limits: { sessions: 64, sessionsPerUser: 64 } },
      { ownOrigins: true },
    );
    await proxy.module.ready;
  });
  after(async () => {
    await proxy.close();
    folder.remove();
  });

  const run = async (revision: string, ...args: string[]): Promise<void> => {
    const { exitCode, output } = await runSuite(
      proxy.url,
      '--requirements',
      revision,
      '-o',
      folder.path,
      ...args,
    );
    expect(exitCode, output.slice(-6_000)).to.equal(0);
  };

  it('passes every scored scenario of 2025-11-25', () => run('2025-11-25'));

  it('passes every scenario of 2026-07-28 but those of the baseline', () =>
    run('2026-07-28', '--expected-failures', fixture('conformance-baseline.yml')));
});
