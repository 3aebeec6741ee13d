import { expect } from 'chai';
import { createPreparation, progressMode } from '../../../src/lib/tasks/preparation.ts';
import type { Prepared } from '../../../src/lib/packages/prepare.ts';

const done = new Map<string, Prepared>([['fetch', { state: 'unavailable', reason: 'x', nextStep: 'y' }]]);

describe('the progress of preparing packages', () => {
  it('is plain lines without a terminal, and nothing under --json', () => {
    expect(progressMode(false)).to.equal('lines');
    expect(progressMode(true)).to.equal('silent');
  });

  it('is one line a step', async () => {
    const lines: string[] = [];
    const preparation = createPreparation('lines', (line) => lines.push(line));
    const result = await preparation(['fetch'], (report) => {
      report({ service: 'fetch', step: 'downloading 3 packages' });
      report({ service: 'fetch', step: 'installing\u001b[2J' });
      return Promise.resolve(done);
    });
    expect(lines).to.deep.equal(['fetch: downloading 3 packages', 'fetch: installing']);
    expect(result).to.equal(done);
  });

  it('hands on what the work throws', async () => {
    const failure = new Error('no registry');
    for (const mode of ['lines', 'silent'] as const) {
      const running = createPreparation(mode, () => undefined)(['fetch'], () => Promise.reject(failure));
      expect(await running.catch((error: unknown) => error)).to.equal(failure);
    }
  });

  it('is a live list on a terminal, which changes neither result nor failure', async () => {
    const preparation = createPreparation('terminal');
    const result = await preparation(['fetch'], (report) => {
      report({ service: 'fetch', step: 'downloading' });
      return Promise.resolve(done);
    });
    expect(result).to.equal(done);
    const failure = new Error('no registry');
    const failed = preparation(['fetch'], async (report) => {
      await Promise.resolve();
      report({ service: 'fetch', step: 'downloading' });
      throw failure;
    });
    expect(await failed.catch((error: unknown) => error)).to.equal(failure);
  });
});
