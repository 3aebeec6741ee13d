import type { Limits } from '../../../servers/kit/src/contract/index.ts';

/** Who shares a child process: one a session, one a user, one for all. */
export type Isolation = 'session' | 'user' | 'shared';

/** Limits of one service that differ from the defaults, in the units of `gateway.json`. */
export type LimitSettings = Partial<Limits>;
