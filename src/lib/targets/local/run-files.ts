import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { makeFolder, writeFileAtomically } from '../../config/write-file.ts';
import type { LocalPaths } from './paths.ts';

/** Without vowels, so that no word appears, and without what reads like another: 0 O, 1 I L, 5 S, 8 B, 2 Z. */
const ALPHABET = 'CDFGHJKMNPQRTVWX34679';
const CODE_LENGTH = 8;

const signInSchema = z.object({ code: z.string().min(6), createdAt: z.iso.datetime() });
const upSchema = z.object({
  /** The gateway that the files are about; another one's end leaves them alone. */
  pid: z.int().positive(),
  only: z.array(z.string()).optional(),
  port: z.int().optional(),
});

export interface UpRecord {
  pid: number;
  only?: string[] | undefined;
  port?: number | undefined;
}

/** @returns a sign-in code such as `K7QX-94MT`: 21^8, about 35 bits; auth slows wrong guesses */
export function createSignInCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '');
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** Remembers what an `up` was told. */
export const writeUp = (paths: LocalPaths, up: UpRecord): void => writePrivate(paths.upFile, up);

/** Remembers the code that an `up` made, for `status`; the gateway keeps only its hash. */
export const writeSignInCode = (paths: LocalPaths, code: string): void =>
  writePrivate(paths.signInFile, { code, createdAt: new Date().toISOString() });

export const readUp = (paths: LocalPaths): UpRecord | undefined => read(paths.upFile, upSchema);

export const readSignInCode = (paths: LocalPaths): string | undefined =>
  read(paths.signInFile, signInSchema)?.code;

/**
 * Forgets a run.
 * @param pid the gateway that has ended; files of another one stay. Absent: whatever stands there
 */
export function removeRunFiles(paths: LocalPaths, pid?: number): void {
  if (pid !== undefined && readUp(paths)?.pid !== pid) return;
  for (const file of [paths.signInFile, paths.upFile, paths.outputFile])
    rmSync(file, { force: true, recursive: true });
}

/** Mode 0600, and by rename, so that a reader never sees half a file. */
function writePrivate(file: string, document: object): void {
  writeFileAtomically(file, `${JSON.stringify(document)}\n`, 0o600);
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent, or not ours: as if there had been no `up`.
    return undefined;
  }
}

/**
 * Makes `.mcpgw/run`, 0700.
 * @throws UserError DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export function prepareRunDir(paths: LocalPaths): void {
  makeFolder(paths.runDir, 0o700);
}
