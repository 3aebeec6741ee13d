import type { Check } from '../check.ts';
import type { Suite } from '../types.ts';
import { authChecks } from './auth/index.ts';
import { protocolChecks } from './protocol/index.ts';
import { robustnessChecks } from './robustness/index.ts';
import { transportChecks } from './transport/index.ts';

/** All checks of our own, by suite. */
export const CHECKS = {
  transport: transportChecks,
  protocol: protocolChecks,
  robustness: robustnessChecks,
  auth: authChecks,
} as const satisfies Partial<Record<Suite, readonly Check<never>[]>>;
