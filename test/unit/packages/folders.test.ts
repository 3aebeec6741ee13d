import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  installFolder,
  makeWhole,
  removeOld,
  withTemporaryFolder,
} from '../../../src/lib/packages/folders.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('install folders', () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());

  const fill = (text: string) => (folder: string) => writeFile(join(folder, 'file'), text);

  it('have their name only when they are whole', async () => {
    const target = join(dir.path, 'parent/target');
    await makeWhole(target, (folder) => {
      expect(existsSync(target)).to.equal(false);
      return fill('new')(folder);
    });
    expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('new');
    expect(readdirSync(join(dir.path, 'parent'))).to.deep.equal(['target']);
  });

  it('replace what stood under their name', async () => {
    const target = join(dir.path, 'target');
    await makeWhole(target, fill('old'));
    await makeWhole(target, fill('new'));
    expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('new');
    expect(readdirSync(dir.path)).to.deep.equal(['target']);
  });

  it('leave nothing when they fail, and what was there stays', async () => {
    const target = join(dir.path, 'target');
    await makeWhole(target, fill('old'));
    const failing = async (folder: string): Promise<void> => {
      await fill('half')(folder);
      throw new Error('no network');
    };
    let message = '';
    await makeWhole(target, failing).catch((error: unknown) => {
      message = (error as Error).message;
    });
    expect(message).to.equal('no network');
    expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('old');
    expect(readdirSync(dir.path)).to.deep.equal(['target']);
  });

  it('of processes that were killed are removed, those of running ones are not', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const [abandoned, running] = [`.${dead}-${'a'.repeat(12)}`, `.${process.ppid}-${'b'.repeat(12)}`];
    for (const name of [abandoned, running, '.other']) mkdirSync(join(dir.path, name));
    await withTemporaryFolder(dir.path, () => Promise.resolve());
    expect(readdirSync(dir.path).sort()).to.deep.equal([running, '.other'].sort());
  });

  it('of older versions go, but for the newest other one, which may still be in use', () => {
    const make = (service: string, key: string, age: number): string => {
      const folder = installFolder(dir.path, service, key.repeat(16));
      mkdirSync(folder);
      const at = new Date(Date.now() - age * 1000);
      utimesSync(folder, at, at);
      return folder;
    };
    const current = make('time', 'c', 50);
    make('time', 'a', 30);
    make('time', 'b', 20);
    make('time-zone', 'a', 90);
    removeOld(current, 'time');
    expect(readdirSync(dir.path).sort()).to.deep.equal(
      [`time-${'b'.repeat(16)}`, `time-${'c'.repeat(16)}`, `time-zone-${'a'.repeat(16)}`].sort(),
    );
  });
});
