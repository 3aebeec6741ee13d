import { expect } from 'chai';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram, pythonInstallLine } from '../../../src/lib/packages/programs.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('programs', () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());

  const program = (name: string, mode = 0o755): string => {
    const file = join(dir.path, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, mode);
    return file;
  };

  it('are found in the order of the PATH', () => {
    const [first, second] = [program('a/x'), program('b/x')];
    expect(findProgram('x', [join(dir.path, 'a'), join(dir.path, 'b')].join(delimiter))).to.equal(first);
    expect(findProgram('x', [join(dir.path, 'b'), join(dir.path, 'a')].join(delimiter))).to.equal(second);
  });

  it('are not folders, not dead links, and nothing in a relative folder', () => {
    mkdirSync(join(dir.path, 'folder'));
    symlinkSync(join(dir.path, 'nothing'), join(dir.path, 'dead'));
    program('x');
    for (const [name, path] of [
      ['folder', dir.path],
      ['dead', dir.path],
      ['x', '.'],
      ['x', ''],
      ['x', undefined],
    ] as const) {
      expect(findProgram(name, path), name).to.equal(undefined);
    }
  });

  it('have the install line of the machine’s own package manager', () => {
    const env = { PATH: dir.path };
    expect(pythonInstallLine(env, 'darwin')).to.equal('brew install python');
    expect(pythonInstallLine(env, 'linux', ''))
      .to.contain('sudo apt install python3 python3-venv')
      .and.to.contain('sudo dnf install python3')
      .and.to.contain('brew install python');
    program('brew');
    expect(pythonInstallLine(env, 'linux', '')).to.equal('brew install python');
    program('dnf');
    expect(pythonInstallLine(env, 'linux', '')).to.equal('sudo dnf install python3');
    program('apt-get');
    expect(pythonInstallLine(env, 'linux', '')).to.equal('sudo apt install python3 python3-venv');
  });

  it('have it also under a PATH without the package manager', () => {
    program('apt-get');
    expect(pythonInstallLine({ PATH: '/nowhere' }, 'linux', dir.path)).to.equal(
      'sudo apt install python3 python3-venv',
    );
  });
});
