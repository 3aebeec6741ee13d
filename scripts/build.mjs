// Builds dist/: the commands (oclif finds them as files) and one bundle a server.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync, rmSync } from 'node:fs';

const root = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
rmSync('oclif.manifest.json', { force: true });

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  logLevel: 'warning',
  sourcemap: 'linked',
  sourcesContent: false,
};

await build({
  ...common,
  entryPoints: globSync('src/commands/**/*.ts'),
  external: Object.keys(root.dependencies).flatMap((name) => [name, `${name}/*`]),
  jsx: 'automatic',
  outbase: 'src',
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});

for (const name of readdirSync('servers').filter((dir) => existsSync(`servers/${dir}/src/main.ts`))) {
  await build({
    ...common,
    // Bundled CommonJS packages call require; an ES module has none of its own.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    entryPoints: [`servers/${name}/src/main.ts`],
    legalComments: 'linked',
    minifySyntax: true,
    outfile: `dist/servers/${name}.mjs`,
  });
}

execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
