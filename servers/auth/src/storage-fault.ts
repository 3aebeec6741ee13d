/** The machine does not let the gateway keep its data, for a reason that its owner can mend. */
export interface StorageFault {
  code: 'DISK_FULL' | 'READ_ONLY';
  /** What happened, one sentence. */
  message: string;
  nextStep: string;
}

/** When a client may come again: somebody must do something first. Seconds. */
export const STORAGE_RETRY_S = 30;

const FULL: StorageFault = {
  code: 'DISK_FULL',
  message: 'The gateway cannot keep its data: the disk is full.',
  nextStep: 'Free some space, then run the command again.',
};
const BROKEN: StorageFault = {
  code: 'DISK_FULL',
  message: 'The gateway cannot keep its data: the disk is full or does not work.',
  nextStep: 'Free some space or mend the disk, then run `mcpgw restart`.',
};
const READ_ONLY: StorageFault = {
  code: 'READ_ONLY',
  message: 'The gateway cannot keep its data: its database or the file system is read-only.',
  nextStep: 'Make `.mcpgw/data` writable, then run `mcpgw restart`.',
};

/** Codes of the system, and primary result codes of SQLite: FULL, IOERR and READONLY (sqlite.org/rescode.html). */
const FAULTS: ReadonlyMap<unknown, StorageFault> = new Map<unknown, StorageFault>([
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['EROFS', READ_ONLY],
  [13, FULL],
  [10, BROKEN],
  [8, READ_ONLY],
]);

/**
 * Finds whether storage is to blame for a failure.
 * @param error what was thrown; its causes are looked at too
 */
export function storageFault(error: unknown): StorageFault | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    // SQLite extends its result codes above the low byte.
    const { code, errcode } = at as { code?: unknown; errcode?: unknown };
    const fault = FAULTS.get(code) ?? FAULTS.get(Number(errcode) & 0xff);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
