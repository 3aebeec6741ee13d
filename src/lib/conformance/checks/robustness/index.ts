import { bodyChecks } from './bodies.ts';
import { hostileChecks, loadChecks } from './load.ts';
import { messageChecks } from './messages.ts';

export const robustnessChecks = [...bodyChecks, ...messageChecks, ...loadChecks, ...hostileChecks];
