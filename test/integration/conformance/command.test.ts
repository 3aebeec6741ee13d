import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Report } from '../../../src/lib/conformance/index.ts';
import { startFaultyServer, type Fixture } from '../../fixtures/conformance/faulty-server.ts';
import { cli, type CliResult } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { tempDir } from '../../support/temp-dir.ts';

const PROGRAM = fileURLToPath(import.meta.resolve('../../fixtures/conformance/run-command.ts'));

/** Runs the command as the shell would. */
const run = (...args: string[]): Promise<CliResult> =>
  cli(args, { program: [process.execPath, '--import', 'tsx', PROGRAM], timeout: 60_000 });

/** The same under GitHub Actions. */
const runInActions = (...args: string[]): Promise<CliResult> =>
  cli(args, {
    program: [process.execPath, '--import', 'tsx', PROGRAM],
    env: { ...process.env, GITHUB_ACTIONS: 'true' },
  });

describe('mcpgw test conformance', function () {
  this.timeout(90_000);
  let good: Fixture;
  let bad: Fixture;
  let folder: ReturnType<typeof tempDir>;
  const few = ['--suite', 'transport', '--revision', '2026-07-28'];

  before(async () => {
    folder = tempDir();
    good = await startFaultyServer();
    bad = await startFaultyServer({
      faults: ['transport.host.foreign-refused', 'transport.listen.unbuffered'],
    });
  });

  after(async () => {
    folder.remove();
    await good.close();
    await bad.close();
  });

  it('ends with 0 where nothing fails, and 1 where something does', async () => {
    expect((await run(good.url, ...few)).code).to.equal(0);
    const { code, stdout } = await run(bad.url, ...few);
    expect(code).to.equal(1);
    expect(stdout).to.contain('transport.host.foreign-refused').and.to.contain('clause  https://');
  });

  it('ends with 3 where nobody answers, and with 2 on wrong use', async () => {
    expect((await run(`http://127.0.0.1:${String(await freePort())}/mcp`, ...few)).code).to.equal(3);
    const unknown = await run(good.url, '--suite', 'trnsport');
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.contain('Did you mean transport');
  });

  it('fails a revision that the server does not serve', async () => {
    const older = await startFaultyServer({ faults: ['target.serves'] });
    const { code, stdout } = await run(older.url, '--suite', 'transport', '--revision', '2025-11-25');
    await older.close();
    expect(code).to.equal(1);
    expect(stdout).to.contain('target.serves');
  });

  it('prints one JSON document under --json, an array for several targets', async () => {
    const one = JSON.parse((await run(bad.url, ...few, '--json')).stdout) as Report;
    expect(one.checks.find(({ id }) => id === 'transport.host.foreign-refused')?.status).to.equal('fail');
    const two = JSON.parse((await run(good.url, bad.url, ...few, '--json')).stdout) as Report[];
    expect(two.map(({ summary }) => summary.fail)).to.deep.equal([0, 1]);
  });

  it('writes a report beside the page, and lets pass what the baseline names', async () => {
    const baseline = path.join(folder.path, 'baseline.yaml');
    const output = path.join(folder.path, 'report.xml');
    expect((await run(bad.url, ...few, '--baseline', baseline, '--update-baseline')).code).to.equal(0);
    const { code, stdout } = await run(
      bad.url,
      ...few,
      '--baseline',
      baseline,
      '--reporter',
      'junit',
      '--output',
      output,
    );
    expect(code).to.equal(0);
    expect(stdout).to.contain('◌ known');
    expect(readFileSync(output, 'utf8')).to.contain('<testsuites');
    expect((await run(good.url, ...few, '--baseline', baseline)).code).to.equal(1);
    writeFileSync(baseline, 'failures: no');
    expect((await run(good.url, ...few, '--baseline', baseline)).code).to.equal(2);
  });

  it('stops at the first failure with --bail', async () => {
    const { stdout } = await run(bad.url, good.url, ...few, '--bail', '--json');
    const report = JSON.parse(stdout) as Report;
    expect(report.checks.at(-1)?.id).to.equal('transport.host.foreign-refused');
  });

  it('adds annotations under GitHub Actions', async () => {
    const { stdout } = await runInActions(bad.url, ...few);
    expect(stdout)
      .to.match(/^::error title=transport\.host\.foreign-refused/m)
      .and.to.match(/^::warning /m);
  });

  it('says that a token is needed where one is asked for', async () => {
    const closed = await startFaultyServer({ auth: true });
    const { code, stdout } = await run(closed.url, ...few);
    await closed.close();
    expect(code).to.equal(1);
    expect(stdout).to.contain('target.authorized').and.to.contain('--login');
  });
});
