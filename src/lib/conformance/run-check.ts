import { HttpError } from '../oauth/http-error.ts';
import { OAuthError } from '../oauth/oauth-error.ts';
import type { Check } from './check.ts';
import { NoSession } from './mcp/session.ts';
import type { CheckResult, Revision, Verdict } from './types.ts';

const MAX_EVIDENCE = 600;

/** A condition of a whole group of checks that does not hold, so that none of them can be tested. */
export class Untestable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Untestable';
  }
}

/** A condition of a whole group of checks that makes their clauses not apply to this target. */
export class NotApplicable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotApplicable';
  }
}

/** Runs one check; never throws. What could not be tested is a failure that says why. */
export async function runCheck<C>(
  check: Check<C>,
  revision: Revision,
  prepare: () => Promise<C>,
): Promise<CheckResult> {
  return settle(check, revision, await attempt(check, prepare));
}

/** A result without a run: the target was given up before. */
export const notTested = <C>(check: Check<C>, revision: Revision, why: string): CheckResult =>
  settle(check, revision, { status: 'fail', evidence: `Could not be tested: ${why}.` });

async function attempt<C>(check: Check<C>, prepare: () => Promise<C>): Promise<Verdict> {
  try {
    return await check.run(await prepare());
  } catch (error) {
    if (error instanceof NotApplicable) return { status: 'skip', evidence: error.message };
    const why = error instanceof Error ? error.message : String(error);
    const known =
      error instanceof HttpError ||
      error instanceof NoSession ||
      error instanceof Untestable ||
      error instanceof OAuthError;
    return {
      status: 'fail',
      evidence: `Could not be tested: ${known ? why : `the check broke down (${why})`}.`,
    };
  }
}

function settle<C>(check: Check<C>, revision: Revision, { status, evidence }: Verdict): CheckResult {
  const { id, title, level } = check;
  return {
    id,
    title,
    level,
    clause: check.clause(revision),
    revision,
    status: status === 'fail' && level === 'SHOULD' ? 'warn' : status,
    evidence: printable(evidence),
    advice: status === 'fail' ? check.advice : '',
  };
}

/** What a server sent may hold anything: no control character reaches a terminal, a log or an XML file. */
function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
  return clean.length > MAX_EVIDENCE ? `${clean.slice(0, MAX_EVIDENCE)}…` : clean;
}
