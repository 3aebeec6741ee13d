/** The published revisions of MCP that have the Streamable HTTP transport. */
export const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

export const LEGACY = ['2025-03-26', '2025-06-18', '2025-11-25'] as const satisfies Revision[];
export const MODERN = ['2026-07-28'] as const satisfies Revision[];

export const SUITES = ['transport', 'protocol', 'auth', 'robustness', 'official'] as const;
export type Suite = (typeof SUITES)[number];

/** RFC 2119 word of the clause: a MUST that is broken fails, a SHOULD warns. */
export type Level = 'MUST' | 'SHOULD';
export type Status = 'pass' | 'fail' | 'warn' | 'skip';

/** What one check found on one target under one revision. The id is the same for pass and fail. */
export interface CheckResult {
  id: string;
  title: string;
  level: Level;
  /** URL of the clause. */
  clause: string;
  revision: Revision;
  status: Status;
  /** What was seen, or why it could not be tested. */
  evidence: string;
  /** What to do; empty for a pass. */
  advice: string;
}

export interface ReportTarget {
  url: string;
  /** Revisions that the target serves and that were tested. */
  revisions: Revision[];
  server?: { name: string; version: string };
}

export interface Summary {
  pass: number;
  fail: number;
  warn: number;
  skip: number;
  durationMs: number;
}

/** Name and version of the report's form; its JSON Schema is schemas/conformance-report.schema.json. */
export const REPORT_SCHEMA = 'mcpgw-conformance-report/1';

export interface Report {
  schema: typeof REPORT_SCHEMA;
  target: ReportTarget;
  summary: Summary;
  checks: CheckResult[];
}

/** What a check says of the target: it holds, it does not, or the clause does not apply to this target. */
export interface Verdict {
  status: 'pass' | 'fail' | 'skip';
  evidence: string;
}

export const pass = (evidence: string): Verdict => ({ status: 'pass', evidence });
export const fail = (evidence: string): Verdict => ({ status: 'fail', evidence });
export const skip = (evidence: string): Verdict => ({ status: 'skip', evidence });
/** Passes when `holds`; the evidence is the same either way. */
export const verdict = (holds: boolean, evidence: string): Verdict =>
  holds ? pass(evidence) : fail(evidence);
