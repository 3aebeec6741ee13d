export interface ScaffoldAnswers {
  target: 'local';
  port: number;
  /** Services to enable; every one when absent. */
  services?: string[];
}

/**
 * Makes a project in `dir`. Never overwrites a file.
 * @throws UserError INVALID_VALUE (not a folder), UNKNOWN_SERVICE, DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export declare function scaffold(
  dir: string,
  answers: ScaffoldAnswers,
): { created: string[]; kept: string[] };
