import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalog } from '../../../src/lib/catalog/load.ts';
import { contentKey, lockText, readLock, writeLock, type Lock } from '../../../src/lib/packages/lock.ts';
import { parseRequirements, requirementsText } from '../../../src/lib/packages/requirements.ts';
import { ROOT } from '../../support/paths.ts';
import { userError } from '../../support/project.ts';
import { tempDir } from '../../support/temp-dir.ts';

const SHA512 = `sha512-${'A'.repeat(86)}==`;
const SHA256 = 'a'.repeat(64);

const npm = (node: Record<string, unknown>, place = 'node_modules/a') => ({
  npm: { packages: ['a@1.0.0'], tree: { [place]: { version: '1.0.0', integrity: SHA512, ...node } } },
});
const pypi = (requirement: Record<string, unknown>) => ({
  pypi: {
    packages: ['a==1'],
    requirements: { any: [{ name: 'a', version: '1', hashes: [SHA256], ...requirement }] },
  },
});

describe('mcpgw.lock', () => {
  let dir: ReturnType<typeof tempDir>;
  let file: string;
  beforeEach(() => {
    dir = tempDir();
    file = join(dir.path, 'mcpgw.lock');
  });
  afterEach(() => dir.remove());

  const readOf = (services: unknown): Lock => {
    writeFileSync(file, JSON.stringify({ version: 1, services }));
    return readLock(file);
  };

  it('is empty where there is none', () => {
    expect(readLock(file).size).to.equal(0);
  });

  it('comes back as it was written, services sorted', () => {
    const lock = readOf({ b: npm({}), a: pypi({ marker: "sys_platform == 'win32'" }) });
    writeLock(file, lock);
    expect(readLock(file)).to.deep.equal(lock);
    expect(readFileSync(file, 'utf8')).to.equal(lockText(lock));
    expect(lockText(lock).indexOf('"a": {')).to.be.lessThan(lockText(lock).indexOf('"b": {'));
  });

  for (const [what, services] of [
    ['an npm package without integrity', { a: npm({ integrity: undefined }) }],
    ['a weak integrity', { a: npm({ integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }) }],
    ['an address', { a: npm({ resolved: 'https://evil.example/a.tgz' }) }],
    ['a place outside node_modules', { a: npm({}, '../a') }],
    ['a place that climbs', { a: npm({}, 'node_modules/../../a') }],
    ['a link', { a: npm({ link: true }) }],
    ['a requirement without a hash', { a: pypi({ hashes: [] }) }],
    ['a short hash', { a: pypi({ hashes: ['abc'] }) }],
    ['an option in place of a name', { a: pypi({ name: '--index-url' }) }],
    ['an option behind a version', { a: pypi({ version: '1 --pre' }) }],
    ['an option behind a marker', { a: pypi({ marker: "x == 'y'\n--index-url https://evil.example" }) }],
    ['a service with a name that is none', { 'A b': npm({}) }],
    ['both registries', { a: { ...npm({}), ...pypi({}) } }],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = userError(() => readOf(services));
      expect(error.code).to.equal('INVALID_CONFIG');
      expect(error.place?.file).to.equal(file);
    });
  }

  it('takes a package that comes inside its parent’s archive', () => {
    expect(readOf({ a: npm({ integrity: undefined, inBundle: true }) }).size).to.equal(1);
  });

  it('says what to do with a file that is no JSON, such as one with a merge conflict', () => {
    writeFileSync(file, '<<<<<<< HEAD\n');
    const error = userError(() => readLock(file));
    expect(error).to.deep.include({ code: 'INVALID_CONFIG', place: { file } });
    expect(error.nextSteps).to.deep.equal([
      'Restore the file from git, or delete it: `mcpgw up` writes a new one.',
    ]);
  });

  it('names content by all of it', () => {
    const keys = [npm({}), npm({ version: '1.0.1' }), npm({ integrity: `sha512-${'B'.repeat(86)}==` })].map(
      contentKey,
    );
    expect(new Set(keys).size).to.equal(3);
    for (const key of keys) expect(key).to.match(/^[0-9a-f]{16}$/);
    expect(contentKey(npm({}))).to.equal(keys[0]);
  });
});

describe('the lock that mcpgw ships (node scripts/lock.mjs)', () => {
  const lock = readLock(join(ROOT, 'templates/mcpgw.lock'));

  it('has exactly the packages of the built-in descriptors', () => {
    const wanted = [...loadCatalog().values()].flatMap(({ name, packages }) => {
      const all = [...packages.npm, ...packages.pypi];
      return all.length > 0 ? [[name, all] as const] : [];
    });
    const locked = [...lock].map(([name, entry]) => [
      name,
      'npm' in entry ? entry.npm.packages : entry.pypi.packages,
    ]);
    expect(locked).to.deep.equal(wanted);
  });

  it('is good for every platform', () => {
    for (const entry of lock.values()) {
      if ('pypi' in entry) expect(Object.keys(entry.pypi.requirements)).to.deep.equal(['any']);
    }
  });

  it('pins the packages that it is about', () => {
    const fetch = lock.get('fetch');
    const pinned = fetch && 'pypi' in fetch ? fetch.pypi.requirements['any'] : [];
    expect(pinned?.find(({ name }) => name === 'mcp-server-fetch')?.version).to.equal('2026.10.24');
    const memory = lock.get('memory');
    const tree = memory && 'npm' in memory ? memory.npm.tree : {};
    expect(tree['node_modules/@modelcontextprotocol/server-memory']?.version).to.equal('2026.8.31');
  });
});

describe('what uv prints', () => {
  it('is read with markers and all hashes', () => {
    const text = [
      'anyio==4.16.0 \\',
      `    --hash=sha256:${SHA256} \\`,
      `    --hash=sha256:${'b'.repeat(64)}`,
      "pywin32==312 ; sys_platform == 'win32' \\",
      `    --hash=sha256:${SHA256}`,
      '',
    ].join('\n');
    expect(parseRequirements(text)).to.deep.equal([
      { name: 'anyio', version: '4.16.0', hashes: [SHA256, 'b'.repeat(64)] },
      { name: 'pywin32', version: '312', marker: "sys_platform == 'win32'", hashes: [SHA256] },
    ]);
    expect(requirementsText(parseRequirements(text))).to.equal(text);
  });
});
