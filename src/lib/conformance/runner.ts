import { HttpError } from '../oauth/http-error.ts';
import { OAuthError } from '../oauth/oauth-error.ts';
import { httpTransport } from '../oauth/transport.ts';
import type { Visit } from '../oauth/sign-in.ts';
import type { Check } from './check.ts';
import { createAuthContext } from './checks/auth/context.ts';
import type { AuthContext, ForeignTokens } from './checks/auth/types.ts';
import { served as servedBy } from './checks/control.ts';
import { CHECKS } from './checks/index.ts';
import { hostileChecks } from './checks/robustness/load.ts';
import { createLink } from './mcp/link.ts';
import type { Link, LinkOptions } from './mcp/types.ts';
import { probe, type Probe } from './probe.ts';
import { runOfficialAuthorization } from './official/authorization.ts';
import { runOfficialServer } from './official/suite.ts';
import { NotApplicable, notTested, runCheck } from './run-check.ts';
import { authorizedCheck, servesCheck, targetChecks } from './target.ts';
import {
  REPORT_SCHEMA,
  REVISIONS,
  type CheckResult,
  type Report,
  type Revision,
  type Suite,
  type Summary,
} from './types.ts';

export interface TestOptions {
  url: string;
  suites: readonly Suite[];
  /** `all`: those that the target serves. */
  revisions: readonly Revision[] | 'all';
  token?: string;
  /** Goes through the sign-in page for the auth suite, and gets a token for the others where none is given. */
  signIn?: SignIn;
  /** Valid tokens of the same issuer that the target must refuse. */
  foreign?: ForeignTokens;
  /** For the whole target; what is not done by then fails. */
  timeoutMs: number;
  /** For one exchange. */
  exchangeMs?: number;
  /** Stop at the first failure. */
  bail?: boolean;
  ca?: string;
  signal?: AbortSignal;
}

export interface SignIn {
  visit: Visit;
  /** Whether it may be asked again and again, as a person may not. */
  tireless: boolean;
  /** How long one sign-in may take. */
  timeoutMs: number;
}

const EXCHANGE_MS = 10_000;

/** In this order; what may break a server comes last. */
const LINK_SUITES: [Suite, readonly Check<Link>[]][] = [
  ['transport', CHECKS.transport],
  ['protocol', CHECKS.protocol],
  ['robustness', CHECKS.robustness.filter((check) => !hostileChecks.includes(check))],
  ['robustness', hostileChecks],
];

/**
 * Tests one MCP endpoint, under each revision that it serves.
 * @param onResult told of each result as it is found
 */
export async function testTarget(
  options: TestOptions,
  onResult: (result: CheckResult) => void = () => undefined,
): Promise<Report> {
  const started = performance.now();
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const bare: LinkOptions = {
    url: options.url,
    timeoutMs: Math.min(options.exchangeMs ?? EXCHANGE_MS, options.timeoutMs),
    signal,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  const checks: CheckResult[] = [];
  const stopped = (): boolean => options.bail === true && checks.some(({ status }) => status === 'fail');
  const add = (result: CheckResult): void => {
    checks.push(result);
    onResult(result);
  };

  const run = async <C>(check: Check<C>, revision: Revision, prepare: () => Promise<C>): Promise<void> => {
    if (stopped() || !check.revisions.includes(revision)) return;
    if (signal.aborted) add(notTested(check, revision, 'the time for this target is up'));
    else add(await runCheck(check, revision, prepare));
  };

  const revision = newestOf(options.revisions);
  const { visit, tireless = false, timeoutMs: signInMs = 0 } = options.signIn ?? {};
  const auth = createAuthContext({
    link: bare,
    revision,
    transport: httpTransport(bare),
    tireless,
    signInMs,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(visit === undefined ? {} : { visit }),
    ...(options.foreign === undefined ? {} : { foreign: options.foreign }),
  });
  const token = options.token ?? (visit === undefined ? undefined : await tokenOf(auth));
  const link: LinkOptions = { ...bare, ...(token === undefined ? {} : { token }) };
  const seen = await probe(link);
  const tested = await testFirstLook(options, seen, add);
  const peers = tested.map((served) => createLink(link, served));
  // Step by step, so that a target that one of the later checks breaks has been tested in every revision before.
  for (const [suite, suiteChecks] of LINK_SUITES) {
    if (!options.suites.includes(suite)) continue;
    for (const peer of peers) {
      for (const check of suiteChecks) await run(check, peer.revision, () => servedBy(peer));
    }
  }
  await Promise.all(peers.map((peer) => peer.close()));
  if (options.suites.includes('auth') && seen.unreachable === undefined) {
    for (const check of CHECKS.auth) await run(check, revision, () => Promise.resolve(auth));
  }
  if (options.suites.includes('official') && seen.unreachable === undefined) {
    const timeLeft = (): number => Math.max(1, options.timeoutMs - (performance.now() - started));
    if (!stopped()) await runOfficialServer({ link, revisions: tested, timeoutMs: timeLeft() }, add);
    if (!stopped() && seen.serves.length > 0) {
      for (const result of await officialAuthorization(auth, revision, timeLeft(), signal)) add(result);
    }
  }
  await auth.close();
  return {
    schema: REPORT_SCHEMA,
    target: { url: options.url, revisions: tested, ...(seen.server ? { server: seen.server } : {}) },
    summary: summarize(checks, performance.now() - started),
    checks,
  };
}

const newestOf = (revisions: TestOptions['revisions']): Revision =>
  (revisions === 'all' ? REVISIONS : revisions).at(-1) ?? '2026-07-28';

/** Of a target that cannot be signed in at, the auth suite tells why. */
const officialAuthorization = (
  auth: AuthContext,
  revision: Revision,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CheckResult[]> =>
  runOfficialAuthorization(auth, revision, timeoutMs, signal).catch((error: unknown) => {
    if (error instanceof NotApplicable || error instanceof HttpError || error instanceof OAuthError)
      return [];
    throw error;
  });

/** The token of a sign-in; why there is none, the auth suite tells. */
const tokenOf = (auth: AuthContext): Promise<string | undefined> =>
  auth.grant().then(
    ({ tokens }) => tokens.accessToken,
    () => undefined,
  );

/** The checks of the first look; returns the revisions that can be tested. */
async function testFirstLook(
  options: TestOptions,
  seen: Probe,
  add: (result: CheckResult) => void,
): Promise<Revision[]> {
  const revision = newestOf(options.revisions);
  for (const check of targetChecks) add(await runCheck(check, revision, () => Promise.resolve(seen)));
  if (seen.unreachable !== undefined) return [];
  if (!options.suites.some((suite) => suite !== 'auth')) return [];
  add(await runCheck(authorizedCheck, revision, () => Promise.resolve(seen)));
  if (seen.challenge) return [];
  const wanted = options.revisions === 'all' ? [] : options.revisions;
  add(await runCheck(servesCheck, revision, () => Promise.resolve({ probe: seen, wanted })));
  return seen.serves.filter((served) => wanted.length === 0 || wanted.includes(served));
}

export function summarize(checks: readonly CheckResult[], durationMs: number): Summary {
  const count = (status: CheckResult['status']): number =>
    checks.filter((check) => check.status === status).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    warn: count('warn'),
    skip: count('skip'),
    durationMs: Math.round(durationMs),
  };
}
