import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { expect } from 'chai';
import { loadKeys } from '../../src/keys.ts';
import { tempDir } from '../../../../test/support/temp-dir.ts';

describe('The keys', () => {
  let folder: ReturnType<typeof tempDir>;
  let file: string;

  beforeEach(() => {
    folder = tempDir();
    file = join(folder.path, 'data', 'keys.json');
  });
  afterEach(() => folder.remove());

  it('are made at the first start, for their owner only, with nothing left beside them', () => {
    loadKeys(file);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(folder.path, 'data'))).to.deep.equal(['keys.json']);
  });

  it('are the same at the next start', () => {
    const first = loadKeys(file);
    expect(loadKeys(file)).to.deep.equal(first);
  });

  it('are named by their thumbprint (RFC 7638)', async () => {
    const [key] = loadKeys(file).signing;
    expect(key?.kid).to.equal(await calculateJwkThumbprint(key!));
  });

  it('have public halves without anything secret', () => {
    const [key] = loadKeys(file).public.keys;
    expect(Object.keys(key!).sort()).to.deep.equal(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('get a mode that others cannot read', () => {
    loadKeys(file);
    chmodSync(file, 0o644);
    loadKeys(file);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('are refused in words when the file holds something else', () => {
    loadKeys(file);
    for (const text of ['', '{}', 'garbage', JSON.stringify({ version: 1, keys: [], cookieKeys: [] })]) {
      writeFileSync(file, text);
      expect(() => loadKeys(file), text).to.throw(/does not hold signing keys.*Restore it/s);
      expect(readFileSync(file, 'utf8')).to.equal(text);
    }
  });
});
