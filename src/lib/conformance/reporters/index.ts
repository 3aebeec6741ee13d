import type { Assessment } from '../baseline.ts';
import { renderGithub } from './github.ts';
import { renderJUnit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import { renderSpec } from './spec.ts';

export const REPORTERS = ['spec', 'json', 'junit', 'sarif', 'github', 'markdown'] as const;
export type Reporter = (typeof REPORTERS)[number];

/** Writes reports in one form. */
export function render(
  reporter: Reporter,
  assessment: Assessment,
  options: { color: boolean; version: string },
): string {
  switch (reporter) {
    case 'spec':
      return renderSpec(assessment, options);
    case 'json':
      return `${JSON.stringify(documentOf(assessment), null, 2)}\n`;
    case 'junit':
      return renderJUnit(assessment);
    case 'sarif':
      return renderSarif(assessment, options.version);
    case 'github':
      return renderGithub(assessment);
    case 'markdown':
      return renderMarkdown(assessment);
  }
}

/** What `--json` prints: one report, or an array of them when there were several targets. */
export const documentOf = ({ reports }: Assessment): unknown => (reports.length === 1 ? reports[0] : reports);
