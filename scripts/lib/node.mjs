// Finds a Node that is new enough, or brings one from npm. Runs on Node 20.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { OLDEST, broughtNode, isRecent } from '../../bin/recent-node.js';
import { SetupError, mustRun, step } from './run.mjs';

const BROUGHT = '24.21.0';
/** npm packages that hold the plain binary and have no install script. */
const PLATFORMS = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/**
 * The Node to run everything with, and the environment that has it first in PATH.
 * @param {string} root the checkout; a Node that is brought lives in its `.node/`
 */
export async function findNode(root, running = process.versions.node) {
  if (isRecent(running)) return { node: process.execPath, env: process.env };
  const node = broughtNode(root);
  if (versionOf(dirname(dirname(node))) !== BROUGHT) {
    await bring(root, running, `${process.platform}-${process.arch}`);
  }
  if (!existsSync(node)) throw new SetupError(`npm installed no ${node}.`, 'Delete .node/ and try again.');
  return { node, env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` } };
}

async function bring(root, running, platform) {
  const byHand = `Install Node ${OLDEST} or newer (https://nodejs.org), and try again.`;
  if (!PLATFORMS.has(platform)) {
    throw new SetupError(`Node ${running} is too old, and npm has no newer one for ${platform}.`, byHand);
  }
  step(`Node ${running} is older than ${OLDEST}: bringing Node ${BROUGHT} into .node/ (50 MB, once)`);
  const args = [
    'install',
    '--prefix',
    join(root, '.node'),
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
  ];
  await mustRun(
    'npm',
    [...args, '--loglevel=error', `node-${platform}@${BROUGHT}`],
    { cwd: root },
    `npm could not bring Node ${BROUGHT}; its own lines above say why.`,
    `Check the network and try again. Or: ${byHand}`,
  );
}

function versionOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}
