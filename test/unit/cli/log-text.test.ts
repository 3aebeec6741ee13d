import { expect } from 'chai';
import { clock, logDocument, logText } from '../../../src/lib/cli/log-text.ts';

const time = new Date(2026, 10, 22, 4, 3, 7, 9);
const raw = '{"level":40,"msg":"x"}';

describe('a log line', () => {
  it('has local time, service, level and message in columns', () => {
    expect(logText({ service: 'fetch', time, level: 'warn', message: 'slow', raw })).to.equal(
      '04:03:07.009 fetch              WARN  slow',
    );
  });

  it('indents the further lines of a message', () => {
    expect(logText({ service: 'fetch', time, level: 'info', message: 'a\nb', raw })).to.match(/a\n {2}b$/);
  });

  it('shows time with all its digits', () => {
    expect(clock(time)).to.equal('04:03:07.009');
  });

  it('is, under --json, the object that was written, and whose it is', () => {
    const entry = { service: 'fetch', time, level: 'warn', message: 'x' };
    expect(logDocument({ ...entry, raw })).to.deep.equal({ service: 'fetch', level: 40, msg: 'x' });
    expect(logDocument({ ...entry, raw: 'Traceback' })).to.deep.equal({ service: 'fetch', msg: 'Traceback' });
  });
});
