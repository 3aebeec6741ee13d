import { REPORT_SCHEMA, type CheckResult, type Report } from '../../../src/lib/conformance/types.ts';

/** A result with everything that matters to a test named, and the rest filled in. */
export const result = (some: Partial<CheckResult> & Pick<CheckResult, 'id' | 'status'>): CheckResult => ({
  title: `Title of ${some.id}`,
  level: 'MUST',
  clause: 'https://modelcontextprotocol.io/specification/2025-11-25/basic',
  revision: '2025-11-25',
  evidence: 'HTTP 200',
  advice: some.status === 'pass' ? '' : 'Mend it.',
  ...some,
});

export function reportOf(checks: CheckResult[], url = 'http://127.0.0.1:1/mcp'): Report {
  const count = (status: CheckResult['status']): number =>
    checks.filter((check) => check.status === status).length;
  return {
    schema: REPORT_SCHEMA,
    target: { url, revisions: ['2025-11-25'], server: { name: 'echo', version: '1' } },
    summary: {
      pass: count('pass'),
      fail: count('fail'),
      warn: count('warn'),
      skip: count('skip'),
      durationMs: 12,
    },
    checks,
  };
}
