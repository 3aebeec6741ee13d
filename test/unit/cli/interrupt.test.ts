import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../support/paths.ts';
import { until } from '../../support/until.ts';

const MODULE = pathToFileURL(join(ROOT, 'src/lib/cli/interrupt.ts')).href;

describe('work that can be interrupted', function () {
  this.timeout(20_000);
  let child: ChildProcess | undefined;
  let output = '';

  /** A process whose work ends 100 ms after the signal, or never. */
  const start = async (ends: boolean): Promise<ChildProcess> => {
    const script = `
      import { interruptible } from ${JSON.stringify(MODULE)};
      const result = await interruptible(async (signal) => {
        const alive = setInterval(() => {}, 1000);
        signal.addEventListener('abort', () => console.log('aborted', signal.reason.code));
        console.log('started');
        await new Promise((resolve) =>
          signal.addEventListener('abort', () => ${ends ? 'setTimeout(resolve, 100)' : '{}'}));
        clearInterval(alive);
        return 'done';
      });
      console.log(result, process.listenerCount('SIGTERM'));`;
    output = '';
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('it has started', () => output.includes('started'), 15_000);
    return child;
  };
  afterEach(() => child?.kill('SIGKILL'));

  it('is told by the first signal, ends in its own way, and leaves no listener', async () => {
    const running = await start(true);
    running.kill('SIGTERM');
    await once(running, 'close');
    expect(running.exitCode).to.equal(0);
    expect(output).to.equal('started\naborted INTERRUPTED\ndone 0\n');
  });

  it('takes a signal that arrives twice at once for one', async () => {
    const running = await start(true);
    running.kill('SIGINT');
    running.kill('SIGTERM');
    await once(running, 'close');
    expect(running.exitCode).to.equal(0);
  });

  it('is ended by a second signal when it hangs', async () => {
    const running = await start(false);
    running.kill('SIGINT');
    await until('it was told', () => output.includes('aborted'));
    const ended = once(running, 'close');
    await until('it has ended', () => {
      running.kill('SIGTERM');
      return running.signalCode !== null;
    });
    await ended;
    expect(running.signalCode).to.equal('SIGTERM');
  });
});
