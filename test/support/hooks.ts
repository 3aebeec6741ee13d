import { forbidNetwork } from './no-network.ts';

const TERMINAL = { COLUMNS: '80', LINES: '24', NO_COLOR: '1' } as const;

/** What every test may count on: a terminal of fixed size without colour, and no way out of the machine. */
export const mochaHooks = (): Mocha.RootHookObject => {
  let allowNetwork: (() => void) | undefined;
  return {
    beforeAll() {
      Object.assign(process.env, TERMINAL);
      delete process.env['FORCE_COLOR'];
      allowNetwork = forbidNetwork();
    },
    afterAll() {
      allowNetwork?.();
    },
  };
};
