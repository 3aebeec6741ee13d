// The licences of what a bundle contains, from esbuild's metafile.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/**
 * The text of `<bundle>.LICENSES.txt`.
 * @param metafile of one esbuild run; its inputs are paths relative to `root`
 * @throws Error when a package says nothing of its licence
 */
export function licencesOf(metafile, root) {
  const folders = new Set(Object.keys(metafile.inputs).flatMap(packageFolder));
  return [...folders]
    .sort()
    .map((folder) => describe(join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`; none for our own sources. */
export function packageFolder(input) {
  const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match === null ? [] : [match[0]];
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (typeof license !== 'string' && texts.length === 0)
    throw new Error(`${name}@${version} names no licence`);
  return `${name}@${version}\nLicense: ${license ?? 'see below'}\n\n${texts.join('\n\n')}\n`;
}
