import { expect } from 'chai';
import { lineDifference } from '../../../src/lib/render/diff.ts';

const lines = (...items: (string | number)[]): string => items.join('\n');

describe('the difference of two texts', () => {
  for (const [what, found, expected, difference] of [
    ['equal texts', lines('a', 'b'), lines('a', 'b'), []],
    ['a changed line', lines('a', 'x', 'c'), lines('a', 'b', 'c'), ['- x', '+ b']],
    ['an added line', lines('a', 'x', 'b'), lines('a', 'b'), ['- x']],
    ['a removed line', lines('a', 'c'), lines('a', 'b', 'c'), ['+ b']],
    ['two places', lines('x', 'b', 'c', 'y'), lines('a', 'b', 'c', 'd'), ['- x', '+ a', '- y', '+ d']],
    ['lines that repeat', lines('a', 'a', 'a'), lines('a', 'a'), ['- a']],
    ['an empty text', '', lines('a', 'b'), ['- ', '+ a', '+ b']],
  ] as const) {
    it(`of ${what}`, () => {
      expect(lineDifference(found, expected)).to.deep.equal(difference);
    });
  }

  it('shows as many lines as it is told, and counts the rest', () => {
    expect(lineDifference(lines(1, 2, 3), lines(4, 5, 6), 4)).to.deep.equal([
      '- 1',
      '- 2',
      '- 3',
      '+ 4',
      '… and 2 more lines',
    ]);
  });

  it('does not compare what would take for ever', () => {
    const many = (offset: number) => lines(...Array.from({ length: 3000 }, (_, at) => at + offset));
    expect(lineDifference(many(0), many(10_000))).to.deep.equal([
      '3000 lines were found where 3000 others were expected',
    ]);
  });
});
