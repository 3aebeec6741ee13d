import { expect } from 'chai';
import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setEnv, withEnv } from '../../../src/lib/config/edit.ts';
import { projectDir, userError } from '../../support/project.ts';

const edit = (text: string, value = 'false'): string => withEnv(text, 'KEY', value, '/p/.env');

describe('editing .env', () => {
  it('changes the value and nothing else', () => {
    const text = '# top\nA=1\n\nKEY=true   # why\n  B = "x"\n# end';
    expect(edit(text)).to.equal('# top\nA=1\n\nKEY=false   # why\n  B = "x"\n# end');
  });

  for (const [what, before, after] of [
    ['spaces around the equals sign', 'KEY = true', 'KEY = false'],
    ['export and indentation', '  export KEY=true', '  export KEY=false'],
    ['quotes, which are not needed', 'KEY="true" # why', 'KEY=false # why'],
    ['a hash inside quotes', "KEY='a # b' # why", 'KEY=false # why'],
    ['an empty value', 'KEY=', 'KEY=false'],
    ['Windows line ends', 'A=1\r\nKEY=true\r\nB=2\r\n', 'A=1\r\nKEY=false\r\nB=2\r\n'],
    ['a value of several lines', 'KEY="a\nb" # c\nB=2', 'KEY=false # c\nB=2'],
    ['a longer key before it', 'KEY_2=1\nKEY=true', 'KEY_2=1\nKEY=false'],
    ['a comment that looks like it', '#KEY=true\nKEY=true', '#KEY=true\nKEY=false'],
    ['a repeated key: the last one counts', 'KEY=1\nKEY=2\n', 'KEY=1\nKEY=false\n'],
  ] as const) {
    it(`keeps ${what}`, () => {
      expect(edit(before)).to.equal(after);
    });
  }

  it('adds a key that is not there at the end, on a line of its own', () => {
    expect(edit('')).to.equal('KEY=false\n');
    expect(edit('A=1')).to.equal('A=1\nKEY=false\n');
    expect(edit('A=1\r\n')).to.equal('A=1\r\nKEY=false\r\n');
  });

  it('leaves a file alone that it cannot read', () => {
    expect(userError(() => edit('A=1\nnonsense\n')).place?.line).to.equal(2);
  });

  describe('on disk', () => {
    let project: ReturnType<typeof projectDir>;
    beforeEach(() => {
      project = projectDir();
    });
    afterEach(() => project.remove());

    it('makes a new file for its owner only, and keeps the mode of an old one', () => {
      const file = join(project.path, '.env');
      setEnv(project.path, 'KEY', 'true');
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      writeFileSync(file, 'A=1\n');
      setEnv(project.path, 'KEY', 'true');
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(readFileSync(file, 'utf8')).to.equal('A=1\nKEY=true\n');
    });

    it('writes through a link', () => {
      const file = join(project.path, '.env');
      const elsewhere = join(project.path, 'elsewhere.env');
      writeFileSync(elsewhere, 'KEY=true\n');
      symlinkSync(elsewhere, file);
      setEnv(project.path, 'KEY', 'false');
      expect(lstatSync(file).isSymbolicLink()).to.equal(true);
      expect(readFileSync(elsewhere, 'utf8')).to.equal('KEY=false\n');
    });
  });
});
