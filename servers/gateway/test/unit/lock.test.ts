import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { StartFailure } from '../../src/failure.ts';
import { takeLock } from '../../src/lock.ts';
import { temporaryFolder } from './fixture.ts';

describe('the lock of a project', () => {
  const folder = temporaryFolder();
  let file: string;

  beforeEach(function () {
    file = join(folder.path, `lock-${this.currentTest!.title.length}`);
  });
  after(() => folder.remove());

  const refusal = (): unknown => {
    try {
      takeLock(file)();
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('is held by one until it is given back', () => {
    const release = takeLock(file);
    expect(refusal()).to.be.instanceOf(StartFailure).with.property('code', 'ALREADY_RUNNING');
    release();
    release();
    expect(refusal()).to.equal(undefined);
  });

  it('is a private file', () => {
    takeLock(file)();
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('vanishes with a process that was killed', async () => {
    const source = new URL('../../src/lock.ts', import.meta.url).href;
    const script = `
      const { takeLock } = await import(${JSON.stringify(source)});
      takeLock(${JSON.stringify(file)});
      console.log('held');
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 2],
    });
    await once(holder.stdout!, 'data');
    expect(refusal()).to.have.property('code', 'ALREADY_RUNNING');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(refusal()).to.equal(undefined);
  });

  it('says so when it cannot be made', () => {
    file = join(folder.path, 'absent', 'lock');
    expect(refusal()).to.have.property('code', 'ENOENT');
  });
});
