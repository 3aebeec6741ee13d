import { expect } from 'chai';
import { CHECKS } from '../../../src/lib/conformance/checks/index.ts';
import { failuresWith, TLS } from '../../fixtures/conformance/tester.ts';

/** Runs wait more than they work, so a few go on while one is looked at. */
const AHEAD = 6;

const checks = Object.values(CHECKS).flat();

describe('the tester, on a server with one fault', function () {
  this.timeout(120_000);
  const started = new Map<number, Promise<string[]>>();

  function failuresOf(at: number): Promise<string[]> {
    const known = started.get(at);
    if (known) return known;
    const check = checks[at]!;
    const tls = check.id.startsWith('transport.tls.');
    const found = tls
      ? failuresWith(check, { tls: TLS }, { ca: TLS.cert, suites: ['transport'] })
      : failuresWith(check);
    // Its own test awaits it; one that fails before must not count as unhandled.
    found.catch(() => undefined);
    started.set(at, found);
    return found;
  }

  for (const [at, { id }] of checks.entries()) {
    it(`finds ${id}, and nothing else`, async () => {
      for (let next = at; next < Math.min(at + AHEAD, checks.length); next += 1) void failuresOf(next);
      expect(await failuresOf(at)).to.deep.equal([id]);
    });
  }
});
