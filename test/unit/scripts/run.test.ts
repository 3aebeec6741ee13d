import { expect } from 'chai';
import { SetupError, exitCodeOf, mustRun, run } from '../../../scripts/lib/run.mjs';

const node = (code: string) => [process.execPath, ['-e', code], { stdio: 'ignore' }] as const;

/** What a promise is rejected with. */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as SetupError,
  );

describe('how the scripts run programs', () => {
  it('passes the exit code on', async () => {
    expect(await run(...node('process.exitCode = 7'))).to.equal(7);
  });

  it('gives a program that a signal ended the exit code of a shell', async () => {
    expect(exitCodeOf(null, 'SIGINT')).to.equal(130);
    expect(await run(...node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 5000)'))).to.equal(
      143,
    );
  });

  it('leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGTERM');
    await run(...node(''));
    expect(process.listenerCount('SIGTERM')).to.equal(before);
  });

  it('says which program could not be started', async () => {
    const failure = await failureOf(run('/no/such/program', []));
    expect(failure).to.be.instanceOf(SetupError);
    expect(failure?.message).to.include('/no/such/program');
  });

  it('ends with the step that failed, and with what to do next', async () => {
    const failure = await failureOf(mustRun(...node('process.exitCode = 1'), 'The step failed.', 'Mend it.'));
    expect(failure).to.include({ message: 'The step failed.', nextStep: 'Mend it.', exitCode: 1 });
  });

  it('does not call an interruption a failure of the step', async () => {
    const failure = await failureOf(
      mustRun(...node('process.kill(process.pid, "SIGKILL")'), 'The step failed.', ''),
    );
    expect(failure).to.include({ message: 'Interrupted.', exitCode: 137 });
  });
});
