import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Requirement } from './lock.ts';

/** Reads what `uv pip compile --generate-hashes` prints. */
export function parseRequirements(text: string): Requirement[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [requirement = '', ...hashes] = line.split('--hash=sha256:');
      const [pin = '', marker] = requirement.split(';');
      const [name = '', version = ''] = pin.trim().split('==');
      return {
        name,
        version,
        ...(marker !== undefined && { marker: marker.trim() }),
        hashes: hashes.map((hash) => hash.trim()),
      };
    });
}

/** The form that pip and uv read. */
export const requirementsText = (requirements: readonly Requirement[]): string =>
  requirements
    .map(({ name, version, marker, hashes }) => {
      const pin = `${name}==${version}${marker === undefined ? '' : ` ; ${marker}`}`;
      return `${[pin, ...hashes.map((hash) => `    --hash=sha256:${hash}`)].join(' \\\n')}\n`;
    })
    .join('');

/** Writes them into a folder. */
export function requirementsFile(folder: string, requirements: readonly Requirement[]): string {
  const file = path.join(folder, 'requirements.txt');
  writeFileSync(file, requirementsText(requirements));
  return file;
}
