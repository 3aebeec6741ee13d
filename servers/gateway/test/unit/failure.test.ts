import { expect } from 'chai';
import { StartFailure, toStartFailure } from '../../src/failure.ts';

const systemError = (fields: object): Error => Object.assign(new Error('open /x'), fields);

describe('a failure to start', () => {
  for (const [fields, code] of [
    [{ code: 'ENOSPC' }, 'DISK_FULL'],
    [{ code: 'EROFS' }, 'READ_ONLY'],
    [{ code: 'EACCES' }, 'NO_PERMISSION'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'DISK_FULL'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 8 | (3 << 8) }, 'READ_ONLY'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 14 }, 'NO_PERMISSION'],
    [{ code: 'EMFILE' }, 'START_FAILED'],
    [{}, 'START_FAILED'],
  ] as const) {
    it(`is ${code} for ${JSON.stringify(fields)}, also as a cause`, () => {
      const failure = toStartFailure(systemError(fields), '/project/.mcpgw');
      expect(failure).to.include({ code }).and.property('message').includes('open /x');
      if (code !== 'START_FAILED') expect(failure.message).to.include('/project/.mcpgw');
      const wrapped = new Error('wrapped', { cause: systemError(fields) });
      expect(toStartFailure(wrapped, '/x').code).to.equal(code);
    });
  }

  it('stays what it is', () => {
    const failure = new StartFailure('PORT_IN_USE', 'Port 8080 is in use.');
    expect(toStartFailure(failure, '/x')).to.equal(failure);
    expect(toStartFailure(new Error('outer', { cause: failure }), '/x')).to.equal(failure);
  });

  it('has words for what is no error', () => {
    expect(toStartFailure('odd', '/x').message).to.equal('The gateway cannot start: odd');
  });
});
