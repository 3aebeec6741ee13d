import { SUITES, type CheckResult, type Suite } from '../conformance/index.ts';
import { didYouMean } from '../config/nearest.ts';
import { UserError } from '../errors.ts';
import { printable } from '../text/printable.ts';
import { words } from './flags.ts';
import type { TestTarget } from './test-targets.ts';

/**
 * The suites of `--suite`.
 * @param given all when absent
 * @throws UserError INVALID_VALUE
 */
export function suitesOf(given: readonly string[] | undefined): Suite[] {
  const named = words(given);
  return named.length === 0 ? [...SUITES] : named.map(suiteNamed);
}

function suiteNamed(name: string): Suite {
  const suite = SUITES.find((known) => known === name);
  if (suite !== undefined) return suite;
  throw new UserError('INVALID_VALUE', `There is no suite ${name}.${didYouMean(name, SUITES)}`, {
    place: { file: '--suite' },
    nextSteps: [`Allowed are ${SUITES.join(', ')}.`],
  });
}

/** One line on stderr that says what is being tested; nothing where no person watches. */
export function testProgress(shown: boolean): {
  show: (target: TestTarget, result: CheckResult, count: number) => void;
  end: () => void;
} {
  const clear = '\r\u001b[2K';
  if (!shown) return { show: () => undefined, end: () => undefined };
  return {
    show: ({ service, url }, { id, revision }, count) => {
      process.stderr.write(
        `${clear}${printable(service ?? url)}  ${count}  ${revision}  ${id}`.slice(0, 100),
      );
    },
    end: () => void process.stderr.write(clear),
  };
}
