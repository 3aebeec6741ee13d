import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles the two servers that are measured as the build does it, so that no compiler stands in their processes.
 * @returns paths of the bare server and of the proxy
 */
export async function bundle(folder: string): Promise<[bare: string, serve: string]> {
  await build({
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    entryPoints: [join(import.meta.dirname, 'bare.ts'), join(import.meta.dirname, 'serve.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  });
  return [join(folder, 'bare.mjs'), join(folder, 'serve.mjs')];
}
