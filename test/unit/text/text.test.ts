import { expect } from 'chai';
import { printable } from '../../../src/lib/text/printable.ts';
import { table } from '../../../src/lib/text/table.ts';
import { formatBytes, formatDuration } from '../../../src/lib/text/units.ts';

describe('text from outside', () => {
  it('loses colours, cursor movements and window titles', () => {
    expect(printable('\u001b[31mred\u001b[0m \u001b[2Jgone \u001b]0;title\u0007end')).to.equal(
      'red gone end',
    );
  });

  it('shows that something stood there where a control or bidi character did', () => {
    expect(printable('a\u0000b\u0008c\u007fd\u009be\u202ef')).to.match(/^a\ufffdb\ufffdc\ufffdd.*e?\ufffdf$/);
  });

  it('keeps tabs, line feeds and letters of every script', () => {
    expect(printable('a\tb\nc\r\nd é 漢 🙂')).to.equal('a\tb\nc\nd é 漢 🙂');
  });
});

describe('table', () => {
  it('makes columns as wide as their widest cell, and pads no last one', () => {
    const text = table([
      ['A', 'LONGER', 'C'],
      ['one', 'b', 'c'],
    ]);
    expect(text).to.equal('A    LONGER  C\none  b       c');
  });

  it('does not count colour', () => {
    expect(
      table([
        ['\u001b[31mab\u001b[39m', 'x'],
        ['abc', 'y'],
      ]),
    ).to.equal('\u001b[31mab\u001b[39m   x\nabc  y');
  });

  it('leaves no blanks at the end of a short row', () => {
    expect(
      table([
        ['a', ''],
        ['b', 'c'],
      ]),
    ).to.equal('a\nb  c');
  });
});

describe('units', () => {
  it('shows bytes with three digits at most', () => {
    const cases: [number, string][] = [
      [0, '0 B'],
      [1023, '1023 B'],
      [1024, '1.0 KiB'],
      [150 * 1024 ** 2, '150 MiB'],
      [1.5 * 1024 ** 3, '1.5 GiB'],
    ];
    for (const [bytes, text] of cases) expect(formatBytes(bytes)).to.equal(text);
  });

  it('shows a duration in its two largest units', () => {
    const cases: [number, string][] = [
      [0, '0s'],
      [-1, '0s'],
      [7.9, '7s'],
      [200, '3m 20s'],
      [3600, '1h'],
      [7500, '2h 5m'],
      [349_200, '4d 1h'],
    ];
    for (const [seconds, text] of cases) expect(formatDuration(seconds)).to.equal(text);
  });
});
