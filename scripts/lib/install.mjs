// Brings node_modules in step with package-lock.json. Runs on Node 20.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, step } from './run.mjs';

/**
 * Whether everything that the lock names is installed.
 * @param lock package-lock.json
 * @param installed node_modules/.package-lock.json, which npm writes when it has finished
 */
export function isInstalled(lock, installed) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const found = installed?.packages[path];
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/** Runs `npm ci` unless node_modules is in step with the lock. */
export async function install(root, env) {
  const lock = readJson(join(root, 'package-lock.json'));
  if (isInstalled(lock, readJson(join(root, 'node_modules', '.package-lock.json')))) return;
  step('Installing packages (npm ci)');
  await mustRun(
    'npm',
    ['ci', '--ignore-scripts', '--loglevel=error'],
    { cwd: root, env },
    'npm could not install the packages; its own lines above say why.',
    'If it is the network, check the connection and the registry and proxy of `npm config list`, then try again.',
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
