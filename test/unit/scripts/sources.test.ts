import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSources, isBuilt, markBuilt } from '../../../scripts/lib/sources.mjs';
import { tempDir } from '../../support/temp-dir.ts';

describe('whether dist is built from the sources as they stand', () => {
  let checkout: ReturnType<typeof tempDir>;
  const write = (file: string, text: string) => {
    mkdirSync(join(checkout.path, file, '..'), { recursive: true });
    writeFileSync(join(checkout.path, file), text);
  };

  beforeEach(() => {
    checkout = tempDir();
    write('src/a.ts', 'one');
    write('servers/kit/src/b.ts', 'two');
    write('dist/.keep', '');
  });

  afterEach(() => checkout.remove());

  it('is not, before the first build', () => {
    expect(isBuilt(checkout.path)).to.equal(false);
  });

  it('is, after a build, whatever the times of the files', () => {
    markBuilt(checkout.path, hashSources(checkout.path));
    write('src/a.ts', 'one');
    expect(isBuilt(checkout.path)).to.equal(true);
  });

  for (const [what, file] of [
    ['a command', 'src/a.ts'],
    ['a server', 'servers/kit/src/b.ts'],
    ['the build itself', 'scripts/build.mjs'],
    ['the lock', 'package-lock.json'],
  ] as const) {
    it(`is not, after a change of ${what}`, () => {
      markBuilt(checkout.path, hashSources(checkout.path));
      write(file, 'changed');
      expect(isBuilt(checkout.path)).to.equal(false);
    });
  }

  it('is not, when a change falls into the time of the build', () => {
    const atStart = hashSources(checkout.path);
    write('src/a.ts', 'changed meanwhile');
    markBuilt(checkout.path, atStart);
    expect(isBuilt(checkout.path)).to.equal(false);
  });

  it('does not mind tests and installed packages', () => {
    markBuilt(checkout.path, hashSources(checkout.path));
    write('servers/kit/test/unit/b.test.ts', 'new');
    write('servers/kit/node_modules/x/index.js', 'new');
    expect(isBuilt(checkout.path)).to.equal(true);
  });
});
