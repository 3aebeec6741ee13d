import { expect } from 'chai';
import { parseTtl, words } from '../../../src/lib/cli/flags.ts';
import { thrownUserError } from '../support/rejection.ts';

describe('values of flags', () => {
  it('takes lists by repetition, commas and spaces alike, each word once', () => {
    expect(words(['a,b', 'c  d', ' a ,, '])).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(words(undefined)).to.deep.equal([]);
  });

  it('refuses a list without a name, which is not the same as no list', async () => {
    for (const values of [[''], [' , '], ['', '']]) {
      expect((await thrownUserError(() => words(values))).code).to.equal('INVALID_VALUE');
    }
  });

  it('takes a lifetime in seconds, minutes and hours, of a day at most', () => {
    for (const [text, seconds] of [
      ['90', 90],
      ['90s', 90],
      ['30m', 1800],
      ['1h', 3600],
      ['24h', 86_400],
      ['1d', 86_400],
    ] as const) {
      expect(parseTtl(text)).to.equal(seconds);
    }
  });

  it('refuses no lifetime at all, a longer one, and what is none', async () => {
    for (const text of ['0', '0s', '25h', '2d', '', '-1h', '1.5h', '1w', 'Infinity']) {
      const error = await thrownUserError(() => parseTtl(text));
      expect(error.code, text).to.equal('INVALID_VALUE');
      expect(error.nextSteps.join()).to.contain('24h');
    }
  });
});
