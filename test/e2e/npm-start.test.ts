import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startCli, type RunningCli } from '../support/cli.ts';
import { allGone, projectProcesses } from '../support/e2e/processes.ts';
import { freePort } from '../support/free-port.ts';
import { ROOT } from '../support/paths.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const COPIED = ['bin', 'scripts', 'package.json', 'package-lock.json', 'oclif.manifest.json'];
const LINKED = ['dist', 'node_modules', 'servers', 'src', 'templates', 'tsconfig.json'];

describe('npm start', function () {
  this.timeout(120_000);
  let folder: ReturnType<typeof tempDir>;
  let checkout: string;
  let port: number;
  let start: RunningCli | undefined;

  before(async () => {
    folder = tempDir();
    // An installed and built checkout of the test's own, so that nobody's demo project is touched.
    checkout = join(folder.path, 'checkout');
    mkdirSync(checkout);
    for (const name of COPIED) cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
    for (const name of LINKED) symlinkSync(join(ROOT, name), join(checkout, name));
    port = await freePort();
  });

  afterEach(async () => {
    if (start?.child.pid !== undefined && start.child.exitCode === null) {
      process.kill(-start.child.pid, 'SIGTERM');
      await start.ended;
    }
    start = undefined;
  });

  after(() => folder.remove());

  /** Starts it as a shell does, in a process group of its own, and waits for the line to try it. */
  const npmStart = async () => {
    const args = ['start', '--', '--port', String(port), '--only', 'echo-stateless,memory'];
    start = startCli(args, { program: ['npm'], cwd: checkout, detached: true });
    const running = start;
    const line = await until(
      'npm start prints a line to try it',
      () => {
        if (running.child.exitCode !== null) throw new Error(running.output());
        return running
          .output()
          .split('\n')
          .find((text) => /^\s*curl /.test(text));
      },
      100_000,
    );
    return { pid: running.child.pid!, line };
  };

  const end = async () => {
    const result = await start!.ended;
    start = undefined;
    return result;
  };

  it('makes a demo project once, runs it, and prints every URL, the code and a line to try it', async () => {
    const { line } = await npmStart();
    const output = start!.output();
    expect(output).to.include(`http://localhost:${port}/echo-stateless/mcp`);
    expect(output).to.include(`http://localhost:${port}/memory/mcp`);
    expect(output).to.match(/code/i);
    expect(existsSync(join(checkout, 'demo', 'mcpgw.yaml'))).to.equal(true);
    const tried = await startCli(['-c', line], { program: ['sh'], cwd: folder.path }).ended;
    expect(tried.code, tried.stderr).to.equal(0);
    expect(tried.stdout).to.include('"result"');
  });

  it('ends with everything it started after Ctrl-C, which reaches the whole process group', async () => {
    const { pid } = await npmStart();
    const processes = projectProcesses(checkout);
    expect(processes).to.have.lengthOf.at.least(3);
    process.kill(-pid, 'SIGINT');
    await allGone(checkout, processes);
    await end();
  });

  it('ends with everything it started after SIGTERM to npm alone', async () => {
    const { pid } = await npmStart();
    const processes = projectProcesses(checkout);
    process.kill(pid, 'SIGTERM');
    await allGone(checkout, processes);
    await end();
  });

  it('passes the exit code on', async () => {
    const args = ['start', '--', '--port', 'none'];
    const { code } = await startCli(args, { program: ['npm'], cwd: checkout }).ended;
    expect(code).to.equal(2);
  });
});
