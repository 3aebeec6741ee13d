import type { Assessment } from '../baseline.ts';
import { findingsOf } from '../groups.ts';

/** SARIF 2.1.0, for code scanning: a rule for each check that failed or warned, a result for each target. */
export function renderSarif({ reports, known }: Assessment, version: string): string {
  const rules = new Map<string, object>();
  const results = reports.flatMap((report) =>
    findingsOf(report, 'fail', 'warn').map(({ id, result, results, revisions }) => {
      rules.set(id, {
        id,
        shortDescription: { text: result.title },
        help: { text: result.advice },
        helpUri: result.clause,
        defaultConfiguration: { level: result.level === 'MUST' ? 'error' : 'warning' },
      });
      return {
        ruleId: id,
        level: result.status === 'fail' ? 'error' : 'warning',
        message: { text: `${result.title}: ${result.evidence} (${revisions.join(', ')})` },
        locations: [{ physicalLocation: { artifactLocation: { uri: report.target.url } } }],
        ...(results.every((one) => known.includes(one))
          ? { suppressions: [{ kind: 'external', justification: 'baseline' }] }
          : {}),
      };
    }),
  );
  const driver = { name: 'mcpgw test conformance', version, rules: [...rules.values()] };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
