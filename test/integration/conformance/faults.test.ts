import { expect } from 'chai';
import { CHECKS } from '../../../src/lib/conformance/checks/index.ts';
import { failuresWith, TLS } from '../../fixtures/conformance/tester.ts';

const PARALLEL = 6;

/** Starts thunks a few at a time; each promise is there at once. */
function pool<T>(thunks: (() => Promise<T>)[]): Promise<T>[] {
  const waiting: (() => void)[] = [];
  let running = 0;
  const next = (): void => {
    running -= 1;
    waiting.shift()?.();
  };
  return thunks.map(async (thunk) => {
    if (running >= PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await thunk();
    } finally {
      next();
    }
  });
}

const checks = Object.values(CHECKS).flat();

describe('the tester, on a server with one fault', function () {
  this.timeout(300_000);
  let found: Promise<string[]>[] = [];

  before(() => {
    found = pool(
      checks.map((check) => () => {
        const tls = check.id.startsWith('transport.tls.');
        return tls
          ? failuresWith(check, { tls: TLS }, { ca: TLS.cert, suites: ['transport'] })
          : failuresWith(check);
      }),
    );
    // Each test awaits its own; one that fails early must not count as unhandled.
    for (const one of found) one.catch(() => undefined);
  });

  for (const [at, { id }] of checks.entries()) {
    it(`finds ${id}, and nothing else`, async () => {
      expect(await found[at]).to.deep.equal([id]);
    });
  }
});
