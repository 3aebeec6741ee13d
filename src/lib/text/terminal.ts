/** Whether a terminal gets plain lines: under CI, and where the cursor cannot be moved, as live views need. */
export const isPlain = ({ CI, TERM }: NodeJS.ProcessEnv): boolean => Boolean(CI) || TERM === 'dumb';
