import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { conformanceDocs } from '../../../scripts/conformance-docs.mjs';
import { CHECKS } from '../../../src/lib/conformance/checks/index.ts';
import { REVISIONS } from '../../../src/lib/conformance/types.ts';
import { ROOT } from '../../support/paths.ts';

const all = Object.values(CHECKS).flat();

describe('the checks', () => {
  it('are many, and each has an id of its own below its suite', () => {
    expect(all.length).to.be.greaterThan(200);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
    for (const [suite, checks] of Object.entries(CHECKS)) {
      for (const { id } of checks) {
        expect(id, id).to.match(new RegExp(`^${suite}\\.[a-z-]+\\.[a-z0-9-]+$`));
      }
    }
  });

  it('name a clause for each of their revisions, a title and an advice', () => {
    for (const { id, title, advice, clause, revisions } of all) {
      expect(revisions.length, id).to.be.greaterThan(0);
      for (const revision of revisions) expect(URL.canParse(clause(revision)), id).to.equal(true);
      expect(title, id).to.match(/^\S.{8,}[^.]$/);
      expect(advice, id).to.match(/\.$/);
    }
  });

  it('are each in the requirements of their revisions, and nothing else is', () => {
    for (const revision of REVISIONS) {
      const file = path.join(ROOT, 'src', 'lib', 'conformance', 'requirements', `${revision}.yaml`);
      const rows = parse(readFileSync(file, 'utf8')) as {
        check?: string;
        official?: string[];
        untestable?: string;
      }[];
      const named = rows.flatMap(({ check }) =>
        check === undefined || check.startsWith('target.') ? [] : [check],
      );
      const expected = all.filter(({ revisions }) => revisions.includes(revision)).map(({ id }) => id);
      expect(named, revision).to.have.members(expected);
      for (const row of rows)
        expect(row.check ?? row.official ?? row.untestable, revision).to.not.equal(undefined);
    }
  });

  it('are documented as they are; if not, run `npm run docs`', async () => {
    for (const [file, text] of await conformanceDocs()) {
      expect(readFileSync(path.join(ROOT, file), 'utf8'), file).to.equal(text);
    }
  });
});
