import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../src/lib/errors.ts';
import { tempDir } from './temp-dir.ts';

/**
 * A project folder of a test's own.
 * @param files their texts by name; mcpgw.yaml is there in any case
 */
export function projectDir(files: Record<string, string> = {}): { path: string; remove: () => void } {
  const dir = tempDir();
  for (const [name, text] of Object.entries({ 'mcpgw.yaml': 'target: local\n', ...files })) {
    mkdirSync(dirname(join(dir.path, name)), { recursive: true });
    writeFileSync(join(dir.path, name), text);
  }
  return dir;
}

/**
 * The UserError that a call ends in.
 * @throws Error when it ends in none
 */
export function userError(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}
