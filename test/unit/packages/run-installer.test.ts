import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../src/lib/errors.ts';
import { runInstaller } from '../../../src/lib/packages/run-installer.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

describe('running an installer', () => {
  let dir: ReturnType<typeof tempDir>;
  let controller: AbortController;
  beforeEach(() => {
    dir = tempDir();
    controller = new AbortController();
  });
  afterEach(() => {
    controller.abort();
    dir.remove();
  });

  const sh = (script: string, signal?: AbortSignal, timeoutMs?: number) =>
    runInstaller('/bin/sh', ['-c', script], {
      cwd: dir.path,
      env: { PATH: '/usr/bin:/bin', GIVEN: 'yes' },
      signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  const isRunning = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const pidIn = async (name: string): Promise<number> => {
    await until(
      `${name} is written`,
      () => existsSync(join(dir.path, name)) && readFileSync(join(dir.path, name), 'utf8').endsWith('\n'),
    );
    return Number(readFileSync(join(dir.path, name), 'utf8'));
  };

  it('gives its output and whether it went well', async () => {
    expect(await sh('echo out; echo $GIVEN >&2')).to.deep.equal({
      ok: true,
      stdout: 'out\n',
      stderr: 'yes\n',
    });
    expect((await sh('exit 3')).ok).to.equal(false);
  });

  it('gives it no terminal to ask questions on', async () => {
    expect((await sh('read answer; echo "[$answer]"')).stdout).to.equal('[]\n');
  });

  it('ends it and its children when it is interrupted', async () => {
    const running = sh('sleep 60 & echo $! > child; echo $$ > shell; wait', controller.signal);
    const pids = [await pidIn('child'), await pidIn('shell')];
    controller.abort();
    const error: unknown = await running.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(UserError).with.property('code', 'INTERRUPTED');
    await until('both are gone', () => !pids.some(isRunning));
  });

  it('ends one that ignores the request', async () => {
    const running = sh("trap '' TERM; echo $$ > shell; while :; do sleep 1; done", controller.signal);
    const pid = await pidIn('shell');
    controller.abort();
    await running.catch(() => undefined);
    await until('it is gone', () => !isRunning(pid));
  });

  it('does not start after an interruption', async () => {
    await sh('touch started', AbortSignal.abort()).catch(() => undefined);
    expect(existsSync(join(dir.path, 'started'))).to.equal(false);
  });

  it('ends one that takes for ever', async () => {
    expect((await sh('sleep 60', undefined, 50)).ok).to.equal(false);
  });

  it('fails when there is no such program', async () => {
    const error: unknown = await runInstaller('/no/such/program', [], {
      cwd: dir.path,
      env: {},
      signal: undefined,
    }).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ENOENT');
  });
});
