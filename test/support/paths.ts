import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** `mcpgw` in a built checkout. */
export const RUN_JS = join(ROOT, 'bin', 'run.js');
