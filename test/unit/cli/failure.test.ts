import { expect } from 'chai';
import { join } from 'node:path';
import { failureDocument, failureText, toFailure } from '../../../src/lib/cli/failure.ts';
import { UserError } from '../../../src/lib/errors.ts';

const systemError = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: no`), { code, ...(path !== undefined && { path }) });

describe('what went wrong, in words', () => {
  const error = new UserError('INVALID_CONFIG', 'HTTP_PORT is "x".', {
    place: { file: join(process.cwd(), '.env'), line: 3, key: 'HTTP_PORT' },
    nextSteps: ['Set a number.', 'Or remove the line.'],
  });

  it('says what happened, where, and what to do next', () => {
    expect(failureText(toFailure(error)).split('\n')).to.deep.equal([
      'Error HTTP_PORT is "x". (INVALID_CONFIG)',
      '  where  .env:3 HTTP_PORT',
      '  next   Set a number.',
      '  next   Or remove the line.',
    ]);
  });

  it('names a file outside the working folder by its whole path', () => {
    const failure = toFailure(new UserError('INVALID_CONFIG', 'No.', { place: { file: '/elsewhere/.env' } }));
    expect(failureText(failure)).to.contain('  where  /elsewhere/.env\n'.trimEnd());
  });

  it('has one form under --json, whose place is null where there is none', () => {
    expect(failureDocument(toFailure(error))).to.deep.equal({
      error: {
        code: 'INVALID_CONFIG',
        message: error.message,
        nextSteps: error.nextSteps,
        place: error.place,
      },
    });
    expect(failureDocument(toFailure(new UserError('NOT_RUNNING', 'No.')))).to.deep.equal({
      error: { code: 'NOT_RUNNING', message: 'No.', nextSteps: [], place: null },
    });
  });

  it('takes the exit code from the table', () => {
    expect(toFailure(error).exitCode).to.equal(2);
    expect(toFailure(new UserError('PORT_IN_USE', '')).exitCode).to.equal(4);
  });

  it('knows a full disk, a read-only one and a missing permission by the system’s codes', () => {
    for (const [code, expected, exit] of [
      ['ENOSPC', 'DISK_FULL', 5],
      ['EDQUOT', 'DISK_FULL', 5],
      ['EROFS', 'READ_ONLY', 5],
      ['EACCES', 'NO_PERMISSION', 5],
      ['EPERM', 'NO_PERMISSION', 5],
    ] as const) {
      const failure = toFailure(systemError(code, '/p/.env'));
      expect(failure).to.include({ code: expected, exitCode: exit });
      expect(failure.place).to.deep.equal({ file: '/p/.env' });
      expect(failure.nextSteps).to.have.length(1);
    }
  });

  it('calls a person’s Ctrl-C an interruption', () => {
    for (const name of ['ExitPromptError', 'AbortError']) {
      const stopped = Object.assign(new Error('stop'), { name });
      expect(toFailure(stopped)).to.include({ code: 'INTERRUPTED', exitCode: 130 });
    }
  });

  it('calls what the parser refuses a wrong use', () => {
    const refused = Object.assign(new Error('Nonexistent flag: --x\nSee more help with --help'), {
      oclif: { exit: 2 },
    });
    const failure = toFailure(refused);
    expect(failure).to.include({ code: 'WRONG_USE', exitCode: 2, message: 'Nonexistent flag: --x' });
  });

  it('calls everything else a defect, with its stack and how to report it', () => {
    const failure = toFailure(new TypeError('x is not a function'));
    expect(failure).to.include({ code: 'BUG', exitCode: 70 });
    expect(failureText(failure)).to.contain('report').and.to.contain('failure.test.ts');
    expect(toFailure('a string').message).to.contain('a string');
  });

  it('lets no escape sequence of a message through to the terminal', () => {
    expect(failureText(toFailure(new UserError('REFUSED', '\u001b[2Jhidden')))).not.to.contain('\u001b');
  });
});
