import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { runProgram } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Comes with Node 20 and 22; it finds fault with lock files that newer ones take. */
const OLD_NPM = 'npm@10.9.9';

describe('the lock file of the checkout', () => {
  it('is taken by the npm that comes with Node 20', async function () {
    this.timeout(120_000);
    const folder = tempDir();
    try {
      for (const file of [
        '.npmrc',
        'package-lock.json',
        ...globSync('{,servers/*/}package.json', { cwd: ROOT }),
      ]) {
        cpSync(join(ROOT, file), join(folder.path, file));
      }
      const ci = ['ci', '--dry-run', '--ignore-scripts'];
      await runProgram('npm', ['exec', '--yes', `--package=${OLD_NPM}`, '--', 'npm', ...ci], {
        cwd: folder.path,
      });
    } finally {
      folder.remove();
    }
  });
});
