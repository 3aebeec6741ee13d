import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EXIT } from '../../../src/lib/errors.ts';
import { startCli, type RunningCli } from '../../support/cli.ts';
import { allGone, projectProcesses } from '../../support/e2e/processes.ts';
import { Project } from '../../support/e2e/project.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

describe('up in the foreground, without a terminal', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof tempDir>;
  let project: Project;
  let up: RunningCli;

  before(async () => {
    folder = tempDir();
    project = await Project.at(join(folder.path, 'p'), '--services', 'echo-stateless,echo-stateful');
  });
  afterEach(async () => {
    up.child.kill('SIGKILL');
    await project.down();
  });
  after(() => folder.remove());

  const start = async (...args: string[]): Promise<void> => {
    up = startCli(['up', ...args], { cwd: project.root });
    await until('it is up', () => up.output().includes(args.includes('--json') ? '\n}' : 'Ctrl-C'), 30_000);
  };
  const gatewayPid = async (): Promise<number> => (await project.admin<{ pid: number }>('/status')).pid;

  it('prints every URL, the code, a line that works, and then the log; SIGTERM ends all with 0', async () => {
    await start();
    for (const name of ['echo-stateless', 'echo-stateful']) {
      expect(up.output()).to.contain(project.mcpUrl(name).href);
    }
    expect(up.output()).to.match(/Sign-in code {2}\w{4}-\w{4}\n/);
    const line =
      up
        .output()
        .split('\n')
        .find((text) => text.startsWith('curl ')) ?? '';
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const answer = execFileSync('/bin/sh', ['-c', line], { cwd: '/', encoding: 'utf8', stdio: [...stdio] });
    expect(answer).to.contain('hello');
    await until('a log line of the call’s token', () =>
      /gateway +INFO +auth: token created/.test(up.output()),
    );
    const processes = projectProcesses(project.root);
    up.child.kill('SIGTERM');
    const { code, stdout, stderr } = await up.ended;
    expect(code, stderr).to.equal(EXIT.ok);
    expect(stdout).to.match(/Stopped\.\n$/);
    await allGone(project.root, processes, 0);
  });

  it('prints one document under --json, at once, and nothing after it', async () => {
    await start('--json');
    expect(JSON.parse(up.output())).to.have.property('ready', true);
    up.child.kill('SIGINT');
    const { code, stdout, stderr } = await up.ended;
    expect(code).to.equal(EXIT.ok);
    expect(JSON.parse(stdout)).to.have.property('ready', true);
    expect(stderr).to.equal('');
  });

  it('ends with 0 when `down` ends it from elsewhere', async () => {
    await start();
    await project.down();
    expect((await up.ended).code).to.equal(EXIT.ok);
  });

  it('hands over to a detached gateway at `restart`, whose code stays known', async () => {
    await start();
    const before = await project.json<{ signIn: object }>(['status']);
    await project.json(['restart']);
    expect((await up.ended).code).to.equal(EXIT.ok);
    expect((await project.json<{ signIn: object }>(['status'])).signIn).to.deep.equal(before.signIn);
  });

  it('fails with the last log lines when the gateway dies', async () => {
    await start();
    process.kill(await gatewayPid(), 'SIGKILL');
    const { code, stderr } = await up.ended;
    expect(code).to.equal(EXIT.failed);
    expect(stderr).to.contain('GATEWAY_ENDED').and.to.contain('SIGKILL').and.to.contain('listening');
  });

  it('takes the gateway with it when it is killed', async () => {
    await start();
    const processes = projectProcesses(project.root);
    up.child.kill('SIGKILL');
    await up.ended;
    await allGone(project.root, processes);
  });

  it('can be interrupted while packages are fetched, with 130 and no process left', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const env = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`,
      npm_config_cache: join(folder.path, 'npm-cache'),
    };
    up = startCli(['up', '--only', 'memory'], { cwd: project.root, env });
    await until('the installer is at work', () => up.output().includes('memory: '), 30_000);
    const processes = projectProcesses(project.root);
    up.child.kill('SIGINT');
    const { code, stderr } = await up.ended;
    silent.close();
    expect(code, stderr).to.equal(EXIT.interrupted);
    expect(stderr).to.contain('INTERRUPTED');
    await allGone(project.root, processes);
  });
});
