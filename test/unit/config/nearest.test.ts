import { expect } from 'chai';
import { didYouMean, nearest } from '../../../src/lib/config/nearest.ts';

describe('what was probably meant', () => {
  const known = ['everything', 'fetch', 'filesystem', 'memory', 'time'];

  for (const [word, meant] of [
    ['fetsh', 'fetch'],
    ['tmie', 'time'],
    ['every-thing', 'everything'],
    ['file-system', 'filesystem'],
    ['memory2', 'memory'],
  ] as const) {
    it(`is ${meant} for ${word}`, () => {
      expect(nearest(word, known)).to.equal(meant);
      expect(didYouMean(word, known)).to.equal(` Did you mean ${meant}?`);
    });
  }

  for (const word of ['postgres', 'xyz', '']) {
    it(`is nothing for "${word}"`, () => {
      expect(nearest(word, known)).to.equal(undefined);
      expect(didYouMean(word, known)).to.equal('');
    });
  }

  it('is nothing where nothing is known', () => {
    expect(nearest('fetch', [])).to.equal(undefined);
  });
});
