// Where the running Node is too old for mcpgw. Must parse and run on Node 18 and 20: node: builtins only.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node that mcpgw runs on. */
export const OLDEST = '22.18';
const CHECKOUT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a version such as `22.18.0` can run mcpgw. */
export function isRecent(version) {
  const [[major, minor], [oldMajor, oldMinor]] = [version, OLDEST].map((text) => text.split('.').map(Number));
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

/** Where `npm start` and `npm test` put the Node that they bring into a checkout. */
export const broughtNode = (checkout) =>
  join(checkout, '.node', 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');

/**
 * Starts the program; on an old Node, lets the one that was brought into the checkout start it.
 * @param {() => Promise<void>} start
 */
export async function onRecentNode(start, { checkout = CHECKOUT, version = process.versions.node } = {}) {
  if (isRecent(version)) return start();
  const node = broughtNode(checkout);
  if (existsSync(node)) {
    const { runOwned } = await import('../scripts/lib/run.mjs');
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
    process.exitCode = await runOwned(node, process.argv.slice(1), { env });
    return;
  }
  console.error(
    `mcpgw needs Node ${OLDEST} or newer; this is ${version}.\n` +
      'Install it from https://nodejs.org. In a checkout, `npm start` brings one of its own.',
  );
  process.exitCode = 5;
}
