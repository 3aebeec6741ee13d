// Builds dist/: the commands (oclif finds them as files) and one bundle a server, and oclif.manifest.json.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { licencesOf, packageFolder } from './lib/licences.mjs';
import { hashSources, markBuilt } from './lib/sources.mjs';

/** Beside dist/, so that source maps fit; it takes dist/'s place only when all is built. */
const OUT = '.dist-new';

const common = {
  bundle: true,
  format: 'esm',
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
  platform: 'node',
  sourcemap: 'linked',
  sourcesContent: false,
  target: 'node22.18',
};

async function bundle(options) {
  const result = await build({ ...common, ...options });
  if (result.warnings.length > 0) throw new Error('esbuild has warnings; the build must have none.');
  return result.metafile;
}

async function buildCommands() {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const metafile = await bundle({
    chunkNames: 'chunks/[name]-[hash]',
    entryPoints: globSync('src/{commands,hooks}/**/*.ts'),
    external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
    jsx: 'automatic',
    outbase: 'src',
    outdir: OUT,
    splitting: true,
  });
  const undeclared = Object.keys(metafile.inputs).flatMap(packageFolder);
  if (undeclared.length > 0) throw new Error(`Not in dependencies of package.json: ${undeclared.join(', ')}`);
}

/** Bundles one entry to one file. Returns the paths of everything that is inside. */
async function buildServer(entryPoint, name) {
  const outfile = `${OUT}/servers/${name}.mjs`;
  const metafile = await bundle({
    // Bundled CommonJS packages call require; an ES module has none of its own.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    entryPoints: [entryPoint],
    // oidc-provider files its records under the names of its classes.
    keepNames: true,
    outfile,
  });
  writeFileSync(outfile.replace(/\.mjs$/, '.LICENSES.txt'), licencesOf(metafile, '.'));
  return Object.keys(metafile.inputs);
}

/** Each server, and beside it `<name>-worker.mjs` of the threads that the servers inside it start. */
async function buildServers() {
  const names = readdirSync('servers');
  const mains = names.filter((name) => existsSync(`servers/${name}/src/main.ts`));
  const inputs = await Promise.all(mains.map((name) => buildServer(`servers/${name}/src/main.ts`, name)));
  const bundled = (name) => inputs.flat().some((input) => input.startsWith(`servers/${name}/src/`));
  const workers = names.filter((name) => existsSync(`servers/${name}/src/worker.ts`) && bundled(name));
  await Promise.all(workers.map((name) => buildServer(`servers/${name}/src/worker.ts`, `${name}-worker`)));
}

const hash = hashSources('.');
rmSync(OUT, { recursive: true, force: true });
await Promise.all([buildCommands(), buildServers()]);

rmSync('oclif.manifest.json', { force: true });
rmSync('dist', { recursive: true, force: true });
renameSync(OUT, 'dist');
execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
markBuilt('.', hash);
