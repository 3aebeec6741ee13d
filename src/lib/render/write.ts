import type { RenderedFile } from './local.ts';

export interface Written {
  changed: string[];
  unchanged: string[];
  /** Copies of edited files that `force` replaced. */
  backups: string[];
}

/**
 * Writes rendered files into `.mcpgw` by rename and remembers their hashes.
 * @param options.force replaces a file that a person edited and keeps a `.bak`
 * @throws UserError EDITED_FILE with the difference; DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export declare function writeRendered(
  root: string,
  files: readonly RenderedFile[],
  options?: { force?: boolean },
): Written;
