import { expect } from 'chai';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPaths, type LocalPaths } from '../../../../src/lib/targets/local/paths.ts';
import { createLocalTarget } from '../../../../src/lib/targets/local/local-target.ts';
import { prepareRunDir, writeSignInCode, writeUp } from '../../../../src/lib/targets/local/run-files.ts';
import type { TargetProject } from '../../../../src/lib/targets/target.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { adminServer, gatewayStatus, serviceStatus, type AdminServer } from '../../support/admin-server.ts';
import { userError } from '../../support/rejection.ts';

const broken = (): TargetProject => {
  throw new Error('The configuration was read.');
};

describe('the local target', () => {
  let dir: ReturnType<typeof tempDir>;
  let paths: LocalPaths;
  let server: AdminServer | undefined;
  let child: ChildProcess | undefined;

  beforeEach(() => {
    dir = tempDir();
    paths = localPaths(dir.path);
    prepareRunDir(paths);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await server?.close();
    server = undefined;
    dir.remove();
  });

  const running = async (answer: Parameters<typeof adminServer>[0]): Promise<void> => {
    server = await adminServer(answer, paths.adminSocket);
  };
  const target = () => createLocalTarget(dir.path, broken);

  it('tells the status of a running project without its configuration', async () => {
    const status = gatewayStatus([serviceStatus('time', { state: 'unavailable' })]);
    await running(() => ({ status: 200, body: status }));
    writeSignInCode(paths, 'ABCD-EFGH');
    writeUp(paths, { pid: process.pid, only: ['time'] });
    expect(await target().status()).to.deep.include({
      running: true,
      ready: false,
      signIn: { code: 'ABCD-EFGH', expiresAt: null },
    });
  });

  it('reads the configuration for the status of one that does not run', async () => {
    const error: unknown = await target()
      .status()
      .catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'The configuration was read.');
  });

  it('ends a running project, waits for its process, and forgets the code', async () => {
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const ended = once(child, 'exit');
    await running((call) => {
      if (call === 'POST /shutdown') child?.kill();
      return call === 'GET /status'
        ? { status: 200, body: gatewayStatus([], { pid }) }
        : { status: 202, body: {} };
    });
    writeSignInCode(paths, 'ABCD-EFGH');
    writeUp(paths, { pid });
    expect(await target().down()).to.equal(true);
    // The system has let it go; its owner hears of it an event later.
    expect(await ended).to.deep.equal([null, 'SIGTERM']);
    expect(existsSync(paths.signInFile)).to.equal(false);
  });

  it('has nothing to end where nothing runs, and forgets what a dead one left', async () => {
    writeSignInCode(paths, 'ABCD-EFGH');
    expect(await target().down()).to.equal(false);
    expect(existsSync(paths.signInFile)).to.equal(false);
  });

  it('kills nothing by a process id that only a file names, and tells the person', async () => {
    await running(() => 'reset');
    writeUp(paths, { pid: process.pid });
    const error = await userError(target().down());
    expect(error.code).to.equal('GATEWAY_UNREACHABLE');
    expect(error.nextSteps.join()).to.contain(`kill -9 ${process.pid}`);
  });

  it('refuses a second up, and one for another port', async () => {
    await running(() => ({ status: 200, body: gatewayStatus([]) }));
    const options = {
      detach: true,
      preparation: () => Promise.reject(new Error('Packages were prepared.')),
      signal: new AbortController().signal,
    };
    expect((await userError(target().up(options))).code).to.equal('ALREADY_RUNNING');
    const moved = target().up({ ...options, only: ['fetch'], port: 9000 });
    expect((await userError(moved)).code).to.equal('ALREADY_RUNNING');
  });

  it('restarts nothing that does not run', async () => {
    const options = { preparation: () => Promise.reject(new Error()), signal: new AbortController().signal };
    expect((await userError(target().restart(options))).code).to.equal('NOT_RUNNING');
    expect((await userError(target().restartService('fetch', options.signal))).code).to.equal('NOT_RUNNING');
  });

  it('restarts no service that there is not, and names the one that was meant', async () => {
    await running((call) =>
      call === 'GET /status'
        ? { status: 200, body: gatewayStatus([serviceStatus('fetch'), serviceStatus('time')]) }
        : { status: 202, body: {} },
    );
    const error = await userError(target().restartService('fethc', new AbortController().signal));
    expect(error.code).to.equal('UNKNOWN_SERVICE');
    expect(error.message).to.equal('There is no service fethc. Did you mean fetch? Known: fetch, time.');
  });

  it('knows a service by its log, also where the configuration is broken', async () => {
    mkdirSync(paths.logDir);
    writeFileSync(join(paths.logDir, 'fetch.log'), '{"level":30,"msg":"hello"}\n');
    const options = { services: ['fetch'], follow: false, signal: new AbortController().signal };
    const found: string[] = [];
    for await (const { message } of target().logs(options)) found.push(message);
    expect(found).to.deep.equal(['hello']);
  });
});
