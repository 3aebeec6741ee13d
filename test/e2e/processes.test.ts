import { expect } from 'chai';
import { startCli, type RunningCli } from '../support/cli.ts';
import { allGone, projectProcesses } from '../support/e2e/processes.ts';
import { Project, type Status } from '../support/e2e/project.ts';
import { connectV2 } from '../support/mcp/connect-v2.ts';
import { MemoryProvider } from '../support/oauth/memory-provider.ts';
import { person } from '../support/oauth/person.ts';
import { until } from '../support/until.ts';

const SERVICES = ['--only', 'everything,memory,echo-stateless'];

describe('no process outlives the gateway', function () {
  this.timeout(60_000);
  let project: Project;
  let up: RunningCli | undefined;

  before(async function () {
    this.timeout(300_000);
    project = await Project.fresh();
    await project.up(...SERVICES);
    await project.down();
  });

  afterEach(async () => {
    up?.child.kill('SIGKILL');
    up = undefined;
    await project.down();
  });

  const ready = () =>
    until(
      'the gateway is ready',
      async () => {
        const result = await project.cli(['status', '--json']);
        const status = result.code === 0 ? (JSON.parse(result.stdout) as Status) : undefined;
        return status?.ready === true && status;
      },
      30_000,
    );

  /** Starts `up` in the foreground, in a process group of its own as a shell does, with a session on a child. */
  const foreground = async () => {
    up = startCli(['up', ...SERVICES, '--project', project.root], { detached: true });
    await inUse(await ready());
    return up.child.pid!;
  };

  /** Leaves a session with an open stream behind, so that there is a child at work. */
  const inUse = async (status: Status) => {
    const provider = new MemoryProvider(person({ signInCode: status.signIn.code }));
    await connectV2(project.mcpUrl('everything'), provider);
  };

  const gatewayPid = () => {
    const found = projectProcesses(project.root).find(({ command }) => command.includes('gateway.mjs'));
    if (found === undefined) throw new Error('No gateway runs.');
    return found.pid;
  };

  const running = () => {
    const processes = projectProcesses(project.root);
    // `up` or nobody, the gateway, and at least one child of everything and memory each.
    expect(processes).to.have.lengthOf.at.least(3);
    return processes;
  };

  it('after Ctrl-C, which reaches the whole process group', async () => {
    const pid = await foreground();
    const processes = running();
    process.kill(-pid, 'SIGINT');
    await allGone(project.root, processes);
    expect((await up!.ended).signal).to.equal(null);
  });

  it('after SIGTERM to `up`', async () => {
    const pid = await foreground();
    const processes = running();
    process.kill(pid, 'SIGTERM');
    await allGone(project.root, processes);
  });

  it('after kill -9 of `up` in the foreground', async () => {
    const pid = await foreground();
    const processes = running();
    process.kill(pid, 'SIGKILL');
    await allGone(project.root, processes);
  });

  it('after kill -9 of the gateway below `up`, which ends with the reason', async () => {
    await foreground();
    const processes = running();
    process.kill(gatewayPid(), 'SIGKILL');
    await allGone(project.root, processes);
    const { code, stderr, stdout } = await up!.ended;
    expect(code).to.be.a('number').and.not.equal(0);
    expect(stderr + stdout).to.match(/gateway/i);
  });

  it('after kill -9 of a gateway in the background; `up` starts it anew', async () => {
    await inUse(await project.up(...SERVICES));
    const processes = running();
    process.kill(gatewayPid(), 'SIGKILL');
    await allGone(project.root, processes);
    expect((await project.up(...SERVICES)).ready).to.equal(true);
  });

  it('after SIGTERM to a gateway in the background', async () => {
    await inUse(await project.up(...SERVICES));
    const processes = running();
    process.kill(gatewayPid(), 'SIGTERM');
    await allGone(project.root, processes);
  });

  it('after `down`, which waits for it', async () => {
    await inUse(await project.up(...SERVICES));
    const processes = running();
    await project.down();
    await allGone(project.root, processes, 500);
  });
});
