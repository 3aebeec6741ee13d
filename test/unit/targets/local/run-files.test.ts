import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPaths, type LocalPaths } from '../../../../src/lib/targets/local/paths.ts';
import {
  createSignInCode,
  prepareRunDir,
  readSignInCode,
  readUp,
  removeRunFiles,
  writeSignInCode,
  writeUp,
} from '../../../../src/lib/targets/local/run-files.ts';
import { userError } from '../../../support/project.ts';
import { tempDir } from '../../../support/temp-dir.ts';

describe('sign-in code', () => {
  it('is two groups of four, of letters and digits that cannot be confused', () => {
    for (let round = 0; round < 200; round += 1) {
      expect(createSignInCode()).to.match(/^[CDFGHJKMNPQRTVWX34679]{4}-[CDFGHJKMNPQRTVWX34679]{4}$/);
    }
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 500 }, createSignInCode)).size).to.equal(500);
  });

  it('uses every character of its alphabet', () => {
    const seen = new Set(Array.from({ length: 500 }, createSignInCode).join('').replaceAll('-', ''));
    expect(seen.size).to.equal(21);
  });
});

describe('what an up leaves behind', () => {
  let dir: ReturnType<typeof tempDir>;
  let paths: LocalPaths;

  beforeEach(() => {
    dir = tempDir();
    paths = localPaths(dir.path);
    prepareRunDir(paths);
  });
  afterEach(() => dir.remove());

  it('is read back', () => {
    writeUp(paths, { pid: 7, only: ['fetch'], port: 9000 });
    writeSignInCode(paths, 'ABCD-EFGH');
    expect(readUp(paths)).to.deep.equal({ pid: 7, only: ['fetch'], port: 9000 });
    expect(readSignInCode(paths)).to.equal('ABCD-EFGH');
    const document = JSON.parse(readFileSync(paths.signInFile, 'utf8')) as { createdAt: string };
    expect(new Date(document.createdAt).toISOString()).to.equal(document.createdAt);
  });

  it('is for its owner’s eyes only', () => {
    writeUp(paths, { pid: 7 });
    writeSignInCode(paths, 'ABCD-EFGH');
    expect(statSync(paths.runDir).mode & 0o777).to.equal(0o700);
    expect(statSync(paths.stateDir).mode & 0o777).to.equal(0o700);
    for (const file of [paths.signInFile, paths.upFile]) expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('goes when its gateway has ended', () => {
    writeUp(paths, { pid: 7 });
    writeSignInCode(paths, 'ABCD-EFGH');
    writeFileSync(paths.outputFile, 'x');
    removeRunFiles(paths, 7);
    for (const file of [paths.signInFile, paths.upFile, paths.outputFile])
      expect(existsSync(file)).to.equal(false);
  });

  it('stays when another gateway has ended', () => {
    writeUp(paths, { pid: 8 });
    writeSignInCode(paths, 'ABCD-EFGH');
    removeRunFiles(paths, 7);
    expect(readSignInCode(paths)).to.equal('ABCD-EFGH');
  });

  it('counts as nothing when it is damaged', () => {
    writeFileSync(paths.upFile, '{"pid":"x"}');
    writeFileSync(paths.signInFile, '');
    expect(readUp(paths)).to.equal(undefined);
    expect(readSignInCode(paths)).to.equal(undefined);
    expect(() => removeRunFiles(paths)).not.to.throw();
  });

  it('is told with its place where a folder stands in the way, and goes all the same', () => {
    mkdirSync(join(paths.signInFile, 'x'), { recursive: true });
    expect(readSignInCode(paths)).to.equal(undefined);
    const error = userError(() => writeSignInCode(paths, 'ABCD-EFGH'));
    expect(error).to.deep.include({ code: 'EDITED_FILE', place: { file: paths.signInFile } });
    removeRunFiles(paths);
    expect(existsSync(paths.signInFile)).to.equal(false);
  });
});
