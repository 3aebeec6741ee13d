import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireWritable, writeFailure, writeFileAtomically } from '../../../src/lib/config/write-file.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('writing a file', () => {
  let dir: ReturnType<typeof tempDir>;
  let file: string;
  beforeEach(() => {
    dir = tempDir();
    file = join(dir.path, 'file');
  });
  afterEach(() => dir.remove());

  it('replaces the old one, with the mode that is asked for, and leaves no draft', () => {
    writeFileSync(file, 'old', { mode: 0o644 });
    writeFileAtomically(file, 'new', 0o600);
    expect(readFileSync(file, 'utf8')).to.equal('new');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(dir.path)).to.deep.equal(['file']);
  });

  it('does not follow a link that stands where its draft will be', () => {
    const victim = join(dir.path, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, `${file}.${process.pid}.tmp`);
    writeFileAtomically(file, 'new', 0o600);
    expect(readFileSync(victim, 'utf8')).to.equal('untouched');
  });

  it('leaves the old one, and no draft, when it fails', () => {
    mkdirSync(join(file, 'in the way'), { recursive: true });
    expect(() => writeFileAtomically(file, 'new', 0o600)).to.throw();
    expect(readdirSync(dir.path)).to.deep.equal(['file']);
  });

  for (const [system, code] of [
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EROFS', 'READ_ONLY'],
    ['EACCES', 'NO_PERMISSION'],
    ['EPERM', 'NO_PERMISSION'],
    ['EISDIR', 'EDITED_FILE'],
  ] as const) {
    it(`calls ${system} ${code}, names the file and the next step`, () => {
      const cause = Object.assign(new Error('x'), { code: system });
      const error = writeFailure(cause, '/p/.env') as UserError;
      expect(error).to.be.instanceOf(UserError);
      expect(error).to.deep.include({ code, place: { file: '/p/.env' }, cause });
      expect(error.message).to.match(/^Cannot write \.env: .*\. The file is as it was before\.$/);
      expect(error.nextSteps).to.have.length(1);
    });
  }

  it('can be tried before something depends on it, and leaves nothing', () => {
    requireWritable(join(dir.path, 'data'));
    expect(readdirSync(join(dir.path, 'data'))).to.deep.equal([]);
  });

  it('leaves every other error as it is', () => {
    const error = Object.assign(new Error('x'), { code: 'EIO' });
    expect(writeFailure(error, '/p/.env')).to.equal(error);
  });
});
