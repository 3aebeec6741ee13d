import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { localPaths, type LocalPaths } from '../../../../src/lib/targets/local/paths.ts';
import { withUpLock } from '../../../../src/lib/targets/local/up-lock.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { userError } from '../../support/rejection.ts';

const HOLDER = `
const { DatabaseSync } = require('node:sqlite');
new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE');
console.log('held');
setInterval(() => {}, 1000);
`;

describe('the lock of the commands that change what runs', () => {
  const { signal } = new AbortController();
  let dir: ReturnType<typeof tempDir>;
  let paths: LocalPaths;

  beforeEach(() => {
    dir = tempDir();
    paths = localPaths(dir.path);
  });
  afterEach(() => dir.remove());

  /** Another process that holds the lock. */
  const holder = async () => {
    await withUpLock(paths, signal, () => Promise.resolve());
    const child = spawn(process.execPath, ['-e', HOLDER, paths.upLock], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    return child;
  };

  it('gives back what was done, and passes its failure on', async () => {
    expect(await withUpLock(paths, signal, () => Promise.resolve(7))).to.equal(7);
    const failed = withUpLock(paths, signal, () => Promise.reject(new Error('no')));
    expect(await failed.catch((error: unknown) => error)).to.have.property('message', 'no');
    expect(await withUpLock(paths, signal, () => Promise.resolve(8))).to.equal(8);
    expect(statSync(paths.upLock).mode & 0o777).to.equal(0o600);
  });

  it('refuses after a while what another process holds, and does nothing', async () => {
    const child = await holder();
    try {
      let done = false;
      const act = () => Promise.resolve((done = true));
      expect((await userError(withUpLock(paths, signal, act, 100))).code).to.equal('ALREADY_RUNNING');
      expect(done).to.equal(false);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is free once its holder was killed', async () => {
    const child = await holder();
    const waiting = withUpLock(paths, signal, () => Promise.resolve('mine'));
    child.kill('SIGKILL');
    expect(await waiting).to.equal('mine');
  });

  it('waits no longer than the person', async () => {
    const child = await holder();
    try {
      const controller = new AbortController();
      const waiting = withUpLock(paths, controller.signal, () => Promise.resolve());
      controller.abort(new Error('stopped'));
      expect(await waiting.catch((error: unknown) => error)).to.have.property('message', 'stopped');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
