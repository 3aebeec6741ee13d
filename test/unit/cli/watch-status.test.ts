import { expect } from 'chai';
import { watchStatus } from '../../../src/lib/cli/watch-status.ts';
import { runningStatus } from '../../../src/lib/targets/local/status.ts';
import type { Target } from '../../../src/lib/targets/target.ts';
import { gatewayStatus, serviceStatus } from '../support/admin-server.ts';
import { until } from '../../support/until.ts';

const statusWith = (state: 'starting' | 'ready' | 'failed', calls: number) =>
  runningStatus(gatewayStatus([serviceStatus('fetch', { state, calls })]), undefined, undefined);

describe('watching a status without a terminal', () => {
  it('writes it once, and again when a state changes; calls alone are no news', async () => {
    const next = [statusWith('starting', 5), statusWith('ready', 6)];
    let asked = 0;
    const target = {
      status: () => {
        asked += 1;
        return Promise.resolve(next[asked - 1] ?? statusWith('ready', 7));
      },
    } as Target;
    const written: string[] = [];
    const controller = new AbortController();
    const write = (text: string): void => {
      written.push(text);
    };
    const options = { output: 'lines', signal: controller.signal, write } as const;
    const watching = watchStatus(target, statusWith('starting', 0), options, 5);
    await until('it has looked three times', () => asked >= 3);
    controller.abort();
    await watching;
    expect(written).to.have.length(2);
    expect(written[0]).to.contain('starting');
    expect(written[1]).to.contain('ready');
  });

  it('fails as the status does', async () => {
    const target = { status: () => Promise.reject(new Error('gone')) } as unknown as Target;
    const { signal } = new AbortController();
    const options = { output: 'lines', signal, write: () => undefined } as const;
    const watching = watchStatus(target, statusWith('ready', 0), options, 5);
    expect(await watching.catch((error: unknown) => error)).to.have.property('message', 'gone');
  });
});
