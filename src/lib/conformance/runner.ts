import type { Check } from './check.ts';
import { served } from './checks/control.ts';
import { protocolChecks } from './checks/protocol/index.ts';
import { robustnessChecks } from './checks/robustness/index.ts';
import { transportChecks } from './checks/transport/index.ts';
import { createLink } from './mcp/link.ts';
import type { Link, LinkOptions } from './mcp/types.ts';
import { probe, type Probe } from './probe.ts';
import { notTested, runCheck } from './run-check.ts';
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
  /** For the whole target; what is not done by then fails. */
  timeoutMs: number;
  /** For one exchange. */
  exchangeMs?: number;
  /** Stop at the first failure. */
  bail?: boolean;
  ca?: string;
  signal?: AbortSignal;
}

const EXCHANGE_MS = 10_000;

const LINK_SUITES: [Suite, Check<Link>[]][] = [
  ['transport', transportChecks],
  ['protocol', protocolChecks],
  ['robustness', robustnessChecks],
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
  const link: LinkOptions = {
    url: options.url,
    timeoutMs: Math.min(options.exchangeMs ?? EXCHANGE_MS, options.timeoutMs),
    signal,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  const checks: CheckResult[] = [];
  const stopped = (): boolean => options.bail === true && checks.some(({ status }) => status === 'fail');
  const add = (result: CheckResult): void => {
    checks.push(result);
    onResult(result);
  };

  const seen = await probe(link);
  const tested = await testFirstLook(options, seen, add);
  for (const revision of tested) {
    const peer = createLink(link, revision);
    for (const [suite, suiteChecks] of LINK_SUITES) {
      if (!options.suites.includes(suite)) continue;
      for (const check of suiteChecks) {
        if (stopped() || !check.revisions.includes(revision)) continue;
        if (signal.aborted) add(notTested(check, revision, 'the time for this target is up'));
        else add(await runCheck(check, revision, () => served(peer)));
      }
    }
    await peer.close();
  }
  return {
    schema: REPORT_SCHEMA,
    target: { url: options.url, revisions: tested, ...(seen.server ? { server: seen.server } : {}) },
    summary: summarize(checks, performance.now() - started),
    checks,
  };
}

/** The checks of the first look; returns the revisions that can be tested. */
async function testFirstLook(
  options: TestOptions,
  seen: Probe,
  add: (result: CheckResult) => void,
): Promise<Revision[]> {
  const newest = options.revisions === 'all' ? REVISIONS[REVISIONS.length - 1] : options.revisions.at(-1);
  const revision = newest ?? '2026-07-28';
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
