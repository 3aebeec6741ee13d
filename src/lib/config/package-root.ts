import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of the mcpgw package, which holds `templates/` and `dist/`: from a source file as from a bundled chunk.
 */
export function packageRoot(): string {
  for (let dir = import.meta.dirname; ; dir = path.dirname(dir)) {
    const manifest = path.join(dir, 'package.json');
    if (existsSync(manifest) && nameOf(manifest) === 'mcpgw') return dir;
    if (path.dirname(dir) === dir) throw new Error('mcpgw cannot find its own package.json');
  }
}

const nameOf = (manifest: string): unknown =>
  (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name;
