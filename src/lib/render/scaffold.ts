import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Catalog } from '../catalog/descriptor.ts';
import { loadCatalog } from '../catalog/load.ts';
import { didYouMean } from '../config/nearest.ts';
import { packageRoot } from '../config/package-root.ts';
import { serviceKey, SETTINGS } from '../config/settings.ts';
import { makeFolder, writeFileAtomically } from '../config/write-file.ts';
import { UserError } from '../errors.ts';

export interface ScaffoldAnswers {
  target: 'local';
  port: number;
  /** Built-in services to enable; every one when absent. */
  services?: readonly string[];
}

export interface Scaffolded {
  created: string[];
  /** What was there already and stays as it is. */
  kept: string[];
  /** A `.gitignore` that was there and has got the lines that keep secrets out of git. */
  extended: string[];
}

interface NewFile {
  name: string;
  text: string;
  mode: number;
}

/**
 * Makes a project in `dir`. Overwrites nothing: what is there stays.
 * @throws UserError INVALID_VALUE (not a folder, no port), UNKNOWN_SERVICE, DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function scaffold(dir: string, answers: ScaffoldAnswers): Scaffolded {
  const catalog = loadCatalog();
  const files = projectFiles(answers, catalog);
  refuseOtherThanFolder(dir);

  const result: Scaffolded = { created: [], kept: [], extended: [] };
  for (const { name, text, mode } of files) {
    const file = path.join(dir, name);
    if (existsSync(file)) {
      result.kept.push(name);
      continue;
    }
    makeFolder(path.dirname(file));
    writeFileAtomically(file, text, mode);
    result.created.push(name);
  }
  if (result.kept.includes('.gitignore') && ignoreSecrets(path.join(dir, '.gitignore'))) {
    result.kept = result.kept.filter((name) => name !== '.gitignore');
    result.extended.push('.gitignore');
  }
  return result;
}

/** mcpgw.yaml last: a project that was made only in part is not found as one. */
function projectFiles({ target, port, services }: ScaffoldAnswers, catalog: Catalog): NewFile[] {
  if (!SETTINGS.HTTP_PORT.schema.safeParse(String(port)).success) {
    throw new UserError('INVALID_VALUE', `The port is ${port}. Allowed: a whole number from 1 to 65535.`);
  }
  const known = [...catalog.keys()];
  const unknown = services?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      'UNKNOWN_SERVICE',
      `There is no service ${unknown}.${didYouMean(unknown, known)} Known: ${known.join(', ')}.`,
    );
  }
  const values = new Map([
    ['target', target],
    ['port', String(port)],
    ['services', serviceLines(catalog, services)],
  ]);
  const env = template('env/local.env', values);
  return [
    { name: '.gitignore', text: template('project/gitignore', values), mode: 0o644 },
    { name: '.env', text: env, mode: 0o600 },
    { name: '.env.example', text: env, mode: 0o644 },
    { name: 'services/README.md', text: template('project/services.md', values), mode: 0o644 },
    { name: 'README.md', text: template('project/README.md', values), mode: 0o644 },
    { name: 'mcpgw.lock', text: template('mcpgw.lock', values), mode: 0o644 },
    { name: 'mcpgw.yaml', text: template('project/mcpgw.yaml', values), mode: 0o644 },
  ];
}

function serviceLines(catalog: Catalog, services: readonly string[] | undefined): string {
  const lines = [...catalog.values()].map(({ name, description }) => ({
    line: `${serviceKey(name, 'ENABLED')}=${services?.includes(name) ?? true}`,
    description,
  }));
  const width = Math.max(...lines.map(({ line }) => line.length));
  return lines.map(({ line, description }) => `${line.padEnd(width)}  # ${description}`).join('\n');
}

function template(name: string, values: ReadonlyMap<string, string>): string {
  const text = readFileSync(path.join(packageRoot(), 'templates', name), 'utf8');
  return text.replaceAll(/\{\{(\w+)\}\}/g, (all, key: string) => values.get(key) ?? all);
}

function refuseOtherThanFolder(dir: string): void {
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return;
    if (found === undefined && path.dirname(at) !== at) continue;
    throw new UserError('INVALID_VALUE', `${at} is not a folder.`, {
      place: { file: at },
      nextSteps: ['Name a folder, or a name where there is nothing yet.'],
    });
  }
}

/** @returns whether lines were missing */
function ignoreSecrets(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  const there = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, '').replace(/\/$/, '')));
  const missing = ['.env', '.mcpgw/'].filter((line) => !there.has(line.replace(/\/$/, '')));
  if (missing.length === 0) return false;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  writeFileAtomically(file, `${text}${gap}${missing.join('\n')}\n`, statSync(file).mode & 0o777);
  return true;
}
