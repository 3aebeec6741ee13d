// `npm start`, `npm test` and `npm run check` on a fresh machine. Must parse and run on Node 20: node: builtins only.
// package.json starts it with `exec`: npm passes signals on to its shell, which would not pass them on to us.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './lib/install.mjs';
import { findNode } from './lib/node.mjs';
import { SetupError, mustRun, run, runOwned, step } from './lib/run.mjs';
import { isBuilt } from './lib/sources.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SUITES = ['unit', 'integration', 'e2e'];
const CHECKS = ['format:check', 'lint', 'typecheck', 'unused'];

/** Finds a Node and installs what is missing or out of date. */
async function prepare() {
  const { node, env } = await findNode(root);
  await install(root, env);
  return { node, options: { cwd: root, env } };
}

/** The same, and dist/ in step with the sources. */
async function prepareBuilt() {
  const { node, options } = await prepare();
  if (!isBuilt(root)) {
    step('Building');
    const failure = ['The build failed; its own lines above say why.', 'Mend it, and try again.'];
    await mustRun(node, ['scripts/build.mjs'], options, ...failure);
  }
  return { node, options };
}

const commands = {
  /** Runs the demo project in the foreground; further arguments go to `mcpgw up`. */
  async start(args) {
    const { node, options } = await prepareBuilt();
    const demo = join(root, 'demo');
    if (!existsSync(join(demo, 'mcpgw.yaml'))) {
      step('Making the demo project in demo/');
      // Its last words are how to start the project, which is what comes next anyway.
      const quiet = { ...options, stdio: ['inherit', 'ignore', 'inherit'] };
      const code = await run(node, ['bin/run.js', 'init', demo, '--yes'], quiet);
      if (code !== 0) return code;
    }
    return runOwned(node, ['bin/run.js', 'up', '--project', demo, ...args], options);
  },

  /** Runs the suites that are named first, or all; further arguments go to mocha. In CI a skipped test is a failure. */
  async test(args) {
    const { node, options } = await prepareBuilt();
    const end = args.findIndex((arg) => !SUITES.includes(arg));
    const named = end === -1 ? args : args.slice(0, end);
    const rest = args.slice(named.length);
    const strict = process.env.CI === 'true' ? ['--forbid-pending'] : [];
    const plain = process.stdout.isTTY ? [] : ['--no-color'];
    const files = (named.length > 0 ? named : SUITES).flatMap((suite) => [
      `test/${suite}/**/*.test.{ts,tsx}`,
      `servers/*/test/${suite}/**/*.test.ts`,
    ]);
    return run(node, ['node_modules/mocha/bin/mocha.js', ...strict, ...plain, ...rest, ...files], options);
  },

  /** Everything that is checked without running it. */
  async check() {
    const { options } = await prepare();
    for (const name of CHECKS) {
      step(name);
      await mustRun(
        'npm',
        ['run', '--silent', name],
        options,
        `${name} found something.`,
        'Mend it, and try again.',
      );
    }
    return 0;
  },
};

const [name, ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(commands, name))
    throw new SetupError('Usage: bootstrap.mjs start|test|check [arguments]', '');
  process.exitCode = await commands[name](args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}\n${error.nextStep}`);
  process.exitCode = error.exitCode;
}
