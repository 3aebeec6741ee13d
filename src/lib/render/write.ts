import { createHash } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makeFolder, writeFileAtomically, writeFailure } from '../config/write-file.ts';
import { UserError } from '../errors.ts';
import { lineDifference } from './diff.ts';
import type { RenderedFile } from './local.ts';

export interface Written {
  changed: string[];
  unchanged: string[];
  /** Copies of edited files that `force` has replaced. */
  backups: string[];
}

/** Remembers what was written: of each file the hashes of the newest text and of the one it replaced. */
const RECORD = 'rendered.json';
const recordSchema = z.record(z.string(), z.array(z.string()).max(2));

interface Pending extends RenderedFile {
  path: string;
  /** What stands there now. */
  current: string | undefined;
}

/**
 * Writes rendered files into `.mcpgw` (0700), by rename, and remembers their hashes, so that an edit is noticed.
 * @param options.force replaces a file that a person edited and keeps a `.bak`
 * @throws UserError EDITED_FILE with the difference, before anything is written; DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function writeRendered(
  root: string,
  files: readonly RenderedFile[],
  { force = false }: { force?: boolean } = {},
): Written {
  const folder = path.join(root, '.mcpgw');
  makePrivateFolder(folder);
  const record = readRecord(folder);
  const pending = files.map((file): Pending => {
    const target = path.join(folder, file.name);
    return { ...file, path: target, current: readIfThere(target) };
  });
  const changed = pending.filter(({ text, current }) => current !== text);
  const edited = changed.filter(
    ({ name, current }) => current !== undefined && record.get(name)?.includes(hash(current)) !== true,
  );
  if (edited[0] !== undefined && !force) throw editedFile(edited[0]);

  for (const file of edited) writeFileAtomically(`${file.path}.bak`, file.current ?? '', 0o600);
  // First what will be right, then the files: whoever is interrupted in between finds nothing edited.
  for (const { name, text, current } of changed) {
    record.set(name, [hash(text), ...(current === undefined ? [] : [hash(current)])]);
  }
  if (changed.length > 0) writeRecord(folder, record);
  for (const file of changed) writeFileAtomically(file.path, file.text, 0o600);
  return {
    changed: changed.map(({ name }) => name),
    unchanged: pending.filter((file) => !changed.includes(file)).map(({ name }) => name),
    backups: edited.map(({ name }) => `${name}.bak`),
  };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function makePrivateFolder(folder: string): void {
  makeFolder(folder, 0o700);
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    throw writeFailure(error, folder);
  }
}

/** A record that cannot be read remembers nothing: every file that differs then counts as edited. */
function readRecord(folder: string): Map<string, string[]> {
  try {
    return new Map(
      Object.entries(recordSchema.parse(JSON.parse(readIfThere(path.join(folder, RECORD)) ?? '{}'))),
    );
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return new Map();
    throw error;
  }
}

function writeRecord(folder: string, record: ReadonlyMap<string, string[]>): void {
  const sorted = Object.fromEntries([...record].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileAtomically(path.join(folder, RECORD), `${JSON.stringify(sorted, null, 2)}\n`, 0o600);
}

function editedFile({ name, path: file, current, text }: Pending): UserError {
  const difference = lineDifference(current ?? '', text).map((line) => `  ${line}`);
  return new UserError(
    'EDITED_FILE',
    [
      `.mcpgw/${name} was edited since mcpgw wrote it. It has (-), and mcpgw would write (+):`,
      ...difference,
    ].join('\n'),
    {
      place: { file },
      nextSteps: [
        'Say it in .env or mcpgw.yaml instead, which are made to be edited.',
        'Run the command with --force: the file is replaced and the edited one kept as a .bak.',
      ],
    },
  );
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
