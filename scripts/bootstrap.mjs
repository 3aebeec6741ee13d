// `npm start` and `npm test` on a fresh machine. Must parse and run on Node 20: node: builtins only.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './lib/install.mjs';
import { findNode } from './lib/node.mjs';
import { SetupError, mustRun, run, step } from './lib/run.mjs';
import { isBuilt } from './lib/sources.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = [
  'test/{unit,integration,e2e}/**/*.test.{ts,tsx}',
  'servers/*/test/{unit,integration}/**/*.test.ts',
];

/** Installs and builds what is missing or out of date. Returns how to run a script of the checkout. */
async function prepare() {
  const { node, env } = await findNode(root);
  await install(root, env);
  if (!isBuilt(root)) {
    step('Building');
    const failure = ['The build failed; its own lines above say why.', 'Mend it, and try again.'];
    await mustRun(node, ['scripts/build.mjs'], { cwd: root, env }, ...failure);
  }
  return (...args) => run(node, args, { cwd: root, env });
}

const commands = {
  /** Runs the demo project in the foreground; further arguments go to `mcpgw up`. */
  async start(args) {
    const node = await prepare();
    const demo = join(root, 'demo');
    if (!existsSync(join(demo, 'mcpgw.yaml'))) {
      step('Making the demo project in demo/');
      const code = await node('bin/run.js', 'init', demo, '--yes');
      if (code !== 0) return code;
    }
    return node('bin/run.js', 'up', '--project', demo, ...args);
  },

  /** Runs every test; further arguments go to mocha. In CI a skipped test is a failure. */
  async test(args) {
    const node = await prepare();
    const strict = process.env.CI === 'true' ? ['--forbid-pending'] : [];
    return node('node_modules/mocha/bin/mocha.js', ...strict, ...args, ...TESTS);
  },
};

const [name, ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(commands, name)) throw new SetupError('Usage: bootstrap.mjs start|test [arguments]', '');
  process.exitCode = await commands[name](args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}\n${error.nextStep}`);
  process.exitCode = error.exitCode;
}
