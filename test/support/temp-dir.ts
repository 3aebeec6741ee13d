import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new folder of a test's own, under the real path of the system's temporary folder.
 * @returns the folder, and what removes it with all it holds
 */
export function tempDir(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'mcpgw-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
