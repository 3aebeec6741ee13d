import type { StartMessage } from '@mcpgw/kit/contract';

export type FailureCode = Extract<StartMessage, { type: 'failed' }>['code'];

/** The gateway cannot start, for a reason that a person can mend. */
export class StartFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailure';
    this.code = code;
  }
}

/** Codes of the system and of SQLite (result codes FULL, READONLY, PERM and CANTOPEN) that have one meaning. */
const BY_SYSTEM_CODE: ReadonlyMap<unknown, FailureCode> = new Map<unknown, FailureCode>([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EROFS', 'READ_ONLY'],
  ['EACCES', 'NO_PERMISSION'],
  ['EPERM', 'NO_PERMISSION'],
  [13, 'DISK_FULL'],
  [8, 'READ_ONLY'],
  [3, 'NO_PERMISSION'],
  [14, 'NO_PERMISSION'],
]);

const WORDS: Partial<Record<FailureCode, string>> = {
  DISK_FULL: 'There is no space left in',
  READ_ONLY: 'Nothing can be written to',
  NO_PERMISSION: 'There is no permission to write to',
};

/**
 * Finds what to tell whoever started the gateway.
 * @param error what was thrown; its causes are looked at too
 * @param folder where the gateway keeps its state
 */
export function toStartFailure(error: unknown, folder: string): StartFailure {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof StartFailure) return at;
    // SQLite extends its result codes above the low byte.
    const { code, errcode } = at as { code?: unknown; errcode?: unknown };
    const known = BY_SYSTEM_CODE.get(code) ?? BY_SYSTEM_CODE.get(Number(errcode) & 0xff);
    if (known)
      return new StartFailure(known, `${WORDS[known] ?? known} ${folder}: ${at.message}.`, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new StartFailure('START_FAILED', `The gateway cannot start: ${message}`, { cause: error });
}
