import type { ServiceState } from '../../../servers/kit/src/contract/admin.ts';

/** How a state is shown: never by colour alone. */
export const STATE_MARKS: Readonly<
  Record<ServiceState, { symbol: string; color: 'green' | 'yellow' | 'red' | 'gray' }>
> = {
  starting: { symbol: '◐', color: 'yellow' },
  ready: { symbol: '●', color: 'green' },
  failed: { symbol: '✗', color: 'red' },
  unavailable: { symbol: '!', color: 'yellow' },
  disabled: { symbol: '○', color: 'gray' },
  stopped: { symbol: '○', color: 'gray' },
};
