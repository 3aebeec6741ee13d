import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CheckResult, Revision } from '../types.ts';
import { officialSuite } from './process.ts';

const checksSchema = z.array(
  z.object({
    id: z.string(),
    name: z.string().optional(),
    description: z.string().optional(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().optional(),
    specReferences: z.array(z.object({ url: z.string().optional() })).optional(),
  }),
);

type OfficialCheck = z.infer<typeof checksSchema>[number];

const requirementsSchema = z.object({
  server: z.array(z.string()),
  not_scored: z.array(z.object({ scenario: z.string(), reason: z.string() })).optional(),
});

const SITE = 'https://github.com/modelcontextprotocol/conformance';
const MAX_FILE = 4 * 1024 * 1024;
/** The suite makes a scenario's folder when it begins, and writes the results when it ends. */
const BROKEN_OFF = 'The scenario was begun and not ended: the time was up, or the suite ended before.';

/** Why the scenarios are not scored that are run beside the required ones. */
export function notScored(revision: Revision): Map<string, string> {
  const file = join(dirname(officialSuite()), '..', 'requirements', `${revision}.yaml`);
  const { not_scored: rows = [] } = requirementsSchema.parse(parse(readFileSync(file, 'utf8')));
  return new Map(rows.map(({ scenario, reason }) => [scenario, reason]));
}

/**
 * Reads what the suite wrote: a folder for each scenario, `<leg>-<scenario>-<time>`, with a checks.json.
 * @returns the checks of each scenario
 */
export function readResults(folder: string, leg: string): Map<string, OfficialCheck[]> {
  const scenarios = new Map<string, OfficialCheck[]>();
  for (const entry of readdirSync(folder).sort()) {
    const scenario = new RegExp(`^${leg}-(.+)-\\d{4}-\\d\\d-\\d\\dT[\\dZ-]+$`).exec(entry)?.[1];
    if (scenario === undefined) continue;
    const file = join(folder, entry, 'checks.json');
    if (!existsSync(file)) {
      scenarios.set(scenario, [{ id: scenario, status: 'FAILURE', errorMessage: BROKEN_OFF }]);
      continue;
    }
    const text = readFileSync(file, 'utf8');
    if (text.length > MAX_FILE) continue;
    scenarios.set(scenario, checksSchema.parse(JSON.parse(text)));
  }
  return scenarios;
}

export interface Excuses {
  /** What of the official fixture a check needs and the server lacks. */
  missing?: (check: string) => string | undefined;
  /** Why the scenario is not scored. */
  unscored?: string | undefined;
}

const RANK = { FAILURE: 4, WARNING: 3, SUCCESS: 2, SKIPPED: 1, INFO: 0 } as const;

/** One result for each check id of a scenario: the worst of its checks of that id. */
export function foldScenario(
  scenario: string,
  checks: readonly OfficialCheck[],
  revision: Revision,
  options: Excuses,
): CheckResult[] {
  const worst = new Map<string, OfficialCheck>();
  for (const check of checks) {
    const known = worst.get(check.id);
    if (!known || RANK[check.status] > RANK[known.status]) worst.set(check.id, check);
  }
  return [...worst.values()].flatMap((check) => {
    if (check.status === 'INFO') return [];
    return [foldCheck(scenario, check, revision, options)];
  });
}

function foldCheck(
  scenario: string,
  check: OfficialCheck,
  revision: Revision,
  { missing: missingFor, unscored }: Excuses,
): CheckResult {
  const bad = check.status === 'FAILURE' || check.status === 'WARNING';
  const missing = bad ? missingFor?.(check.id) : undefined;
  const must = check.status !== 'WARNING' && unscored === undefined;
  const said = check.errorMessage ?? check.description ?? check.status;
  return {
    id: `official.${scenario}.${check.id}`,
    title: check.description ?? check.name ?? check.id,
    level: must ? 'MUST' : 'SHOULD',
    clause: check.specReferences?.find(({ url }) => url !== undefined)?.url ?? SITE,
    revision,
    ...(missing === undefined
      ? {
          status: bad ? (must ? 'fail' : 'warn') : STATUSES[check.status],
          evidence: bad && unscored !== undefined ? `${said} (not scored: ${unscored})` : said,
        }
      : { status: 'skip', evidence: `Needs ${missing}, which this server does not have.` }),
    advice: bad && missing === undefined ? 'See the scenario in the official conformance suite.' : '',
  };
}

const STATUSES = {
  SUCCESS: 'pass',
  WARNING: 'warn',
  SKIPPED: 'skip',
  FAILURE: 'fail',
  INFO: 'skip',
} as const;
