import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licencesOf, packageFolder } from '../../../scripts/lib/licences.mjs';
import { tempDir } from '../../support/temp-dir.ts';

describe('the licences of a bundle', () => {
  let folder: ReturnType<typeof tempDir>;
  const addPackage = (path: string, manifest: object, files: Record<string, string> = {}) => {
    mkdirSync(join(folder.path, path), { recursive: true });
    writeFileSync(join(folder.path, path, 'package.json'), JSON.stringify(manifest));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, path, name), text);
  };
  const licences = (...inputs: string[]) =>
    licencesOf({ inputs: Object.fromEntries(inputs.map((input) => [input, {}])) }, folder.path);

  beforeEach(() => {
    folder = tempDir();
  });

  afterEach(() => folder.remove());

  it('name each package once, with its version, licence and texts', () => {
    const files = { 'LICENSE.md': 'MIT text', NOTICE: 'a notice', 'README.md': 'no licence' };
    addPackage('node_modules/a', { name: 'a', version: '1.2.3', license: 'MIT' }, files);
    const text = licences('src/own.ts', 'node_modules/a/index.js', 'node_modules/a/lib/b.js');
    expect(text).to.equal('a@1.2.3\nLicense: MIT\n\nMIT text\n\na notice\n');
  });

  it('find scoped and nested packages', () => {
    expect(packageFolder('node_modules/@s/p/lib/x.js')).to.deep.equal(['node_modules/@s/p']);
    expect(packageFolder('node_modules/a/node_modules/b/x.js')).to.deep.equal([
      'node_modules/a/node_modules/b',
    ]);
    expect(packageFolder('servers/kit/src/log.ts')).to.deep.equal([]);
  });

  it('fail the build when a package says nothing of its licence', () => {
    addPackage('node_modules/a', { name: 'a', version: '1.0.0' });
    expect(() => licences('node_modules/a/index.js')).to.throw('a@1.0.0 names no licence');
  });
});
