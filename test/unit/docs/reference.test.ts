import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { commandsDoc } from '../../../scripts/lib/commands-doc.mjs';
import { ERROR_CODES, EXIT } from '../../../src/lib/errors.ts';
import { ROOT } from '../../support/paths.ts';

const read = (name: string): string => readFileSync(join(ROOT, 'docs', 'reference', name), 'utf8');

describe('docs/reference', () => {
  it('has every command as it is; if not, run `npm run docs`', async () => {
    const doc = await format(await commandsDoc(ROOT), { parser: 'markdown', printWidth: 110 });
    expect(read('commands.md')).to.equal(doc);
  });

  it('has every error code with its exit code, and no other', () => {
    const rows = read('errors.md').matchAll(/^\| `([A-Z_]+)` +\| (\d+) /gm);
    const documented = Array.from(rows, ([, code, exit]): [string, number] => [code ?? '', Number(exit)]);
    expect(Object.fromEntries(documented)).to.deep.equal({ ...ERROR_CODES });
    expect(documented).to.have.length(Object.keys(ERROR_CODES).length);
  });

  it('has every exit code, and no other', () => {
    const codes = Array.from(read('errors.md').matchAll(/^\| (\d+) +\|/gm), ([, code]) => Number(code));
    expect(codes).to.have.members(Object.values(EXIT));
  });
});
