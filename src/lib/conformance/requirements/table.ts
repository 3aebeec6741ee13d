import { stringify } from 'yaml';
import { CHECKS } from '../checks/index.ts';
import { authorizedCheck, servesCheck, targetChecks } from '../target.ts';
import { REVISIONS, type Level, type Revision } from '../types.ts';
import { ELSEWHERE } from './elsewhere.ts';

/** What a clause of one revision asks for, and who looks at it. */
export interface Requirement {
  clause: string;
  requirement: string;
  level: Level;
  /** Our check. */
  check?: string;
  /** Scenarios of the official suite. */
  official?: readonly string[];
  /** Why nobody can from outside. */
  untestable?: string;
}

const all = [...targetChecks, authorizedCheck, servesCheck, ...Object.values(CHECKS).flat()];

/** The requirements of a revision, by clause. */
export function requirementsOf(revision: Revision): Requirement[] {
  const own = all
    .filter(({ revisions }) => revisions.includes(revision))
    .map(({ id, title, level, clause }) => ({
      clause: clause(revision),
      requirement: title,
      level,
      check: id,
    }));
  const others = ELSEWHERE.filter(({ revisions }) => revisions.includes(revision)).map(
    ({ clause, requirement, level, official, untestable }) => ({
      clause: `https://modelcontextprotocol.io/specification/${revision}/${clause}`,
      requirement,
      level,
      ...(official === undefined ? {} : { official }),
      ...(untestable === undefined ? {} : { untestable }),
    }),
  );
  return [...own, ...others].sort((one, other) =>
    one.clause < other.clause ? -1 : one.clause > other.clause ? 1 : 0,
  );
}

/** The table of one revision as it stands in the repository. */
export const requirementsYaml = (revision: Revision): string =>
  `# Requirements of MCP ${revision} and who looks at each. Written by \`npm run docs\`; do not edit.\n` +
  stringify(requirementsOf(revision), { lineWidth: 0 });

/** The tables of all revisions for docs/reference/conformance.md. */
export function requirementsMarkdown(): string {
  const rows = new Map<string, { requirement: Requirement; revisions: Revision[] }>();
  for (const revision of REVISIONS) {
    for (const requirement of requirementsOf(revision)) {
      const key = requirement.check ?? requirement.requirement;
      const known = rows.get(key);
      if (known) {
        known.revisions.push(revision);
        known.requirement = requirement;
      } else rows.set(key, { requirement, revisions: [revision] });
    }
  }
  const lines = ['| Requirement | Level | Revisions | Looked at by |', '|---|---|---|---|'];
  for (const { requirement, revisions } of rows.values()) {
    const { clause, requirement: text, level, check, official, untestable } = requirement;
    const by =
      check !== undefined
        ? `\`${check}\``
        : official !== undefined
          ? `official suite: ${official.map((name) => `\`${name}\``).join(', ')}`
          : `nobody: ${untestable ?? ''}`;
    const shown = revisions.length === REVISIONS.length ? 'all' : revisions.join(', ');
    lines.push(`| [${text}](${clause}) | ${level} | ${shown} | ${by} |`);
  }
  return `${lines.join('\n')}\n`;
}
