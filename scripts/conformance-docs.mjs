// Writes the requirements tables of the conformance tester, and the one in docs/reference/conformance.md. A test fails when they are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { requirementsMarkdown, requirementsYaml } from '../src/lib/conformance/requirements/table.ts';
import { REVISIONS } from '../src/lib/conformance/types.ts';

const ROOT = path.join(import.meta.dirname, '..');
const MARK = '<!-- requirements -->';

/** What stands in each file, by its path from the root. */
export async function conformanceDocs() {
  const page = path.join('docs', 'reference', 'conformance.md');
  const [head] = readFileSync(path.join(ROOT, page), 'utf8').split(MARK);
  const style = { printWidth: 110, singleQuote: true };
  const tables = REVISIONS.map(async (revision) => [
    path.join('src', 'lib', 'conformance', 'requirements', `${revision}.yaml`),
    await format(requirementsYaml(revision), { ...style, parser: 'yaml' }),
  ]);
  const text = `${head}${MARK}\n\n${requirementsMarkdown()}`;
  return [[page, await format(text, { ...style, parser: 'markdown' })], ...(await Promise.all(tables))];
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, text] of await conformanceDocs()) writeFileSync(path.join(ROOT, file), text);
}
