// Tells whether dist/ was built from the sources as they stand. Runs on Node 20.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = join('dist', '.sources');
const INPUTS = ['src', 'servers', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const OUTSIDE = new Set(['node_modules', 'test', 'dist']);

/** A hash over the path and content of every file that the build reads. */
export function hashSources(root) {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => filesIn(root, input)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

export function isBuilt(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashSources(root);
}

export const markBuilt = (root, hash) => writeFileSync(join(root, STAMP), hash);

function filesIn(root, path) {
  if (!existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => !OUTSIDE.has(name))
    .flatMap(({ name }) => filesIn(root, join(path, name)));
}
