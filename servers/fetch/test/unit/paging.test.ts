import { expect } from 'chai';
import { slice } from '../../src/content/paging.ts';

describe('a part of a text', () => {
  it('is what was asked for, and says what comes next', () => {
    expect(slice('abcdef', 1, 2)).to.deep.equal({ text: 'bc', start: 1, end: 3, total: 6, next: 3 });
    expect(slice('abcdef', 3, 10)).to.deep.equal({
      text: 'def',
      start: 3,
      end: 6,
      total: 6,
      next: undefined,
    });
  });

  it('is empty of an empty text, and nothing past the end', () => {
    expect(slice('', 0, 5)).to.deep.equal({ text: '', start: 0, end: 0, total: 0, next: undefined });
    expect(slice('abc', 3, 5)).to.equal(undefined);
    expect(slice('', 1, 5)).to.equal(undefined);
  });

  it('never goes through a character', () => {
    const text = 'a🐧b🐧';
    for (let start = 0; start < text.length; start++) {
      for (let length = 1; length <= text.length; length++) {
        expect(slice(text, start, length)?.text.isWellFormed(), `${start} ${length}`).to.equal(true);
      }
    }
  });

  it('moves on, whatever the length', () => {
    const parts: string[] = [];
    let start: number | undefined = 0;
    while (start !== undefined) {
      const part = slice('🐧🐧🐧x', start, 1);
      parts.push(part?.text ?? '');
      start = part?.next;
    }
    expect(parts.join('')).to.equal('🐧🐧🐧x');
  });
});
