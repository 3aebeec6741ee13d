import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endProcess, isAlive, waitUntilGone } from '../../../../src/lib/targets/local/process.ts';

describe('ending a process', () => {
  const children: ChildProcess[] = [];

  const start = async (script: string): Promise<number> => {
    const child = spawn(
      process.execPath,
      ['-e', `${script}; console.log('on'); setInterval(() => {}, 1000)`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    children.push(child);
    await once(child.stdout, 'data');
    return child.pid ?? 0;
  };

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('tells a live process from one that is gone', async () => {
    const pid = await start('');
    expect(isAlive(pid)).to.equal(true);
    process.kill(pid, 'SIGKILL');
    expect(await waitUntilGone(pid, 5000)).to.equal(true);
    expect(isAlive(pid)).to.equal(false);
  });

  it('gives up waiting at the deadline', async () => {
    expect(await waitUntilGone(await start(''), 60)).to.equal(false);
  });

  it('counts a zombie as gone', async function () {
    if (process.platform !== 'linux') this.skip();
    // A shell that starts a child, never waits for it, and becomes a program that does not either.
    const parent = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(parent);
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    expect(await waitUntilGone(Number(chunk.toString()), 5000)).to.equal(true);
  });

  it('ends one that does not go by itself', async () => {
    expect(await endProcess(await start(''), 50)).to.equal(true);
  });

  it('kills one that ignores SIGTERM', async () => {
    expect(await endProcess(await start(`process.on('SIGTERM', () => {})`), 50, 50)).to.equal(true);
  });
});
