import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLink } from '../mcp/link.ts';
import type { LinkOptions } from '../mcp/types.ts';
import type { CheckResult, Revision } from '../types.ts';
import { missingOf } from './fixtures.ts';
import { startInjector } from './injector.ts';
import { runOfficial } from './process.ts';
import { foldScenario, notScored, readResults } from './results.ts';

/** Revisions for which the official suite has requirements. */
const REQUIRED = ['2025-11-25', '2026-07-28'] as const satisfies Revision[];

/** The suite's own default; some scenarios wait for what must not come. */
const SCENARIO_MS = 30_000;

export interface OfficialOptions {
  link: LinkOptions;
  /** Revisions that the target serves and that are wanted. */
  revisions: readonly Revision[];
  timeoutMs: number;
}

/** Runs what a revision requires of the official suite against the target, through the injector. */
export async function runOfficialServer(
  options: OfficialOptions,
  onResult: (result: CheckResult) => void,
): Promise<void> {
  for (const revision of REQUIRED) {
    if (!options.revisions.includes(revision)) continue;
    for (const result of await runRevision(options, revision)) onResult(result);
  }
}

async function runRevision({ link, timeoutMs }: OfficialOptions, revision: Revision): Promise<CheckResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgw-conformance-'));
  const injector = await startInjector({
    target: link.url,
    ...(link.token === undefined ? {} : { token: link.token }),
    ...(link.ca === undefined ? {} : { ca: link.ca }),
  });
  const own = createLink(link, revision);
  try {
    const missing = await missingOf(own).catch(() => () => undefined);
    const args = [
      'server',
      '--url',
      injector.url,
      '--requirements',
      revision,
      '-o',
      folder,
      '--timeout',
      String(Math.min(SCENARIO_MS, timeoutMs)),
    ];
    const { code, output } = await runOfficial(args, {
      timeoutMs,
      ...(link.signal ? { signal: link.signal } : {}),
    });
    const scenarios = readResults(folder, 'server');
    if (code === null || scenarios.size === 0) return [brokenOff(revision, code, output)];
    const unscored = notScored(revision);
    return [...scenarios].flatMap(([scenario, checks]) =>
      foldScenario(scenario, checks, revision, {
        missing: (check) => missing(scenario, check),
        unscored: unscored.get(scenario),
      }),
    );
  } finally {
    await own.close();
    await injector.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The suite did not run to its end. */
export const brokenOff = (revision: Revision, code: number | null, output: string): CheckResult => ({
  id: 'official.suite.ran',
  title: 'The official suite runs to its end',
  level: 'MUST',
  clause: 'https://github.com/modelcontextprotocol/conformance',
  revision,
  status: 'fail',
  evidence: `It ended with ${code === null ? 'a signal, at the deadline' : `exit code ${code} and no results`}: ${output.trim().slice(-300)}`,
  advice: 'Give it more time with --timeout, or run it by hand.',
});
