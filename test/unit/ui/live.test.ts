import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { runningStatus } from '../../../src/lib/targets/local/status.ts';
import type { LogEntry } from '../../../src/lib/targets/target.ts';
import { showLive, type LiveOptions } from '../../../src/lib/ui/live.tsx';
import { until } from '../../support/until.ts';
import { gatewayStatus, serviceStatus } from '../support/admin-server.ts';

/** Standard input and output of a terminal, as far as ink asks. */
function terminal() {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  let written = '';
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: 120,
    rows: 30,
    write: (text: string, ...rest: unknown[]) => {
      written += text;
      const done = rest.at(-1);
      if (typeof done === 'function') (done as () => void)();
      return true;
    },
  });
  return { stdin, stdout: stdout as unknown as NodeJS.WritableStream, written: () => written };
}

const statusWith = (calls: number) =>
  runningStatus(gatewayStatus([serviceStatus('fetch', { calls })]), 'ABCD-EFGH', undefined);

describe('the live view on a terminal', () => {
  let aborted: boolean;

  const show = (changes: Partial<LiveOptions> = {}) => {
    const screen = terminal();
    aborted = false;
    async function* logs(signal: AbortSignal): AsyncGenerator<LogEntry> {
      yield { service: 'fetch', time: new Date(), level: 'info', message: 'a log line', raw: '' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      aborted = true;
    }
    const ended = showLive({
      first: statusWith(1),
      status: () => Promise.resolve(statusWith(4321)),
      logs,
      footer: 'q ends',
      signal: new AbortController().signal,
      stdin: screen.stdin,
      stdout: screen.stdout,
      ...changes,
    });
    return { ...screen, ended };
  };

  it('shows new log lines and the status as it changes, until `q`; then it lets go of the log', async () => {
    const { stdin, written, ended } = show();
    await until('the log line', () => written().includes('a log line'));
    await until('the new status', () => written().includes('4321'));
    stdin.write('q');
    await ended;
    await until('the log has been let go', () => aborted);
  });

  it('ends at Ctrl-C, which a terminal in raw mode gives as a key', async () => {
    const { stdin, written, ended } = show();
    await until('the view', () => written().includes('SERVICE'));
    stdin.write('\u0003');
    await ended;
  });

  it('ends when its signal aborts, also before it has begun', async () => {
    const controller = new AbortController();
    const { written, ended } = show({ signal: controller.signal });
    await until('the view', () => written().includes('SERVICE'));
    controller.abort();
    await ended;
    await show({ signal: AbortSignal.abort() }).ended;
  });

  it('keeps the last status while none can be had', async () => {
    let asked = 0;
    const status = () => {
      asked += 1;
      return Promise.reject(new Error('gone'));
    };
    const { stdin, written, ended } = show({ status });
    await until('asked', () => asked > 0);
    expect(written()).to.contain('fetch');
    stdin.write('q');
    await ended;
  });
});
