import { expect } from 'chai';
import { isPlain } from '../../../src/lib/text/terminal.ts';

describe('a terminal', () => {
  it('gets plain lines under CI, and where it is dumb', () => {
    expect(isPlain({ CI: 'true', TERM: 'xterm' })).to.equal(true);
    expect(isPlain({ TERM: 'dumb' })).to.equal(true);
  });

  it('gets the live view elsewhere', () => {
    expect(isPlain({ TERM: 'xterm-256color' })).to.equal(false);
    expect(isPlain({ CI: '' })).to.equal(false);
  });
});
