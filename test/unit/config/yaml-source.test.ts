import { expect } from 'chai';
import { readYaml } from '../../../src/lib/config/yaml-source.ts';
import { userError } from '../../support/project.ts';

const read = (text: string) => readYaml(text, '/p/mcpgw.yaml', 'INVALID_CONFIG');

describe('a YAML file with places', () => {
  const source = read('target: local\npolicy:\n  fetch:\n    - users: [a]\n    - tools:\n        - b\n');

  for (const [path, line, key] of [
    [['target'], 1, 'target'],
    [['policy', 'fetch'], 3, 'policy.fetch'],
    [['policy', 'fetch', 0], 4, 'policy.fetch[0]'],
    [['policy', 'fetch', 1, 'tools', 0], 6, 'policy.fetch[1].tools[0]'],
    [['policy', 'time'], 2, 'policy.time'],
    [['policy', 'fetch', 7], 3, 'policy.fetch[7]'],
  ] as const) {
    it(`finds ${key}`, () => {
      expect(source.place(path)).to.deep.equal({ file: '/p/mcpgw.yaml', line, key });
    });
  }

  it('has no line for a key of an empty file, and no key for the file itself', () => {
    expect(read('# nothing\n').place(['target'])).to.deep.equal({ file: '/p/mcpgw.yaml', key: 'target' });
    expect(read('').place([])).to.deep.equal({ file: '/p/mcpgw.yaml' });
    expect(read('').data).to.equal(undefined);
  });

  it('reads YAML 1.2: no is a word', () => {
    expect(read('a: no\nb: 0o17\nc: 1_000').data).to.deep.equal({ a: 'no', b: 15, c: '1_000' });
  });

  for (const [what, text, line] of [
    ['a tab as indentation', 'a:\n\tb: 1\n', 2],
    ['a repeated key', 'a: 1\nb: 2\na: 3\n', 3],
    ['an unclosed list', 'a: 1\nb: [1, 2\n', 3],
    ['two documents', 'a: 1\n---\nb: 2\n', 2],
    ['an unknown tag', 'a: 1\nb: !!js/function x\n', 2],
  ] as const) {
    it(`names the line of ${what}`, () => {
      const error = userError(() => read(text));
      expect(error.code).to.equal('INVALID_CONFIG');
      expect(error.place).to.deep.equal({ file: '/p/mcpgw.yaml', line });
      expect(error.nextSteps).to.have.length(1);
    });
  }

  it('does not unfold a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `l${at}: &l${at} [${at ? `*l${at - 1}, `.repeat(9) : 'x'}]`,
    );
    expect(userError(() => read(levels.join('\n'))).code).to.equal('INVALID_CONFIG');
  });
});
