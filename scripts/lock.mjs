// For maintainers: makes templates/mcpgw.lock, versions and hashes of everything that the built-in services install.
// Takes the packages that the descriptors name. Needs npm, a python3 with venv, and both registries.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCatalog } from '../src/lib/catalog/load.ts';
import { writeLock } from '../src/lib/packages/lock.ts';
import { resolveNpm } from '../src/lib/packages/npm.ts';
import { resolvePypi } from '../src/lib/packages/pypi.ts';

/** The oldest Python that mcpgw installs services with. */
const OLDEST_PYTHON = '3.10';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpgw-lock-'));
try {
  // Only uv resolves for all platforms and Pythons at once.
  const uv = path.join(folder, 'uv');
  execFileSync('python3', ['-m', 'venv', uv]);
  execFileSync(path.join(uv, 'bin', 'pip'), ['install', '--quiet', 'uv']);
  const env = { ...process.env, PATH: `${path.join(uv, 'bin')}${path.delimiter}${process.env.PATH}` };

  const lock = new Map();
  for (const descriptor of loadCatalog().values()) {
    const { name, packages } = descriptor;
    const context = {
      descriptor,
      folder,
      env,
      signal: undefined,
      report: (step) => console.log(`${name}: ${step}`),
      pip: () => Promise.reject(new Error('uv was to be used')),
    };
    if (packages.npm.length > 0) {
      lock.set(name, { npm: { packages: packages.npm, tree: await resolveNpm(context) } });
    }
    if (packages.pypi.length > 0) {
      const { requirements } = await resolvePypi(context, OLDEST_PYTHON);
      lock.set(name, { pypi: { packages: packages.pypi, requirements: { any: requirements } } });
    }
  }
  writeLock(path.join(import.meta.dirname, '..', 'templates', 'mcpgw.lock'), lock);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
