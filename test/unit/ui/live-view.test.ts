import { expect } from 'chai';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { runningStatus } from '../../../src/lib/targets/local/status.ts';
import type { LogEntry, TargetStatus } from '../../../src/lib/targets/target.ts';
import { LiveView } from '../../../src/lib/ui/live-view.tsx';
import { gatewayStatus, serviceStatus } from '../support/admin-server.ts';

const now = Date.parse('2026-11-22T10:00:05.000Z');
const status = runningStatus(
  gatewayStatus([
    serviceStatus('fetch', { sessions: 2, calls: 30, errors: 1, memoryBytes: 3 * 1024 ** 2 }),
    serviceStatus('time', { state: 'failed', error: 'exit code 1\nlast words' }),
  ]),
  'ABCD-EFGH',
  undefined,
);
const entry = (message: string): LogEntry => ({
  service: 'fetch',
  time: new Date(now),
  level: 'info',
  message,
  raw: message,
});

const frame = (changes: {
  status?: TargetStatus;
  lines?: LogEntry[];
  columns?: number;
  rows?: number;
}): string[] => {
  const props = { status, lines: [], now, columns: 100, rows: 24, footer: 'q ends', ...changes };
  const app = render(createElement(LiveView, props));
  const lines = (app.lastFrame() ?? '').split('\n').map((line) => line.trimEnd());
  app.unmount();
  return lines;
};

describe('the live view', () => {
  it('shows where it runs, since when, and the sign-in code', () => {
    expect(frame({})[0]).to.match(/http:\/\/localhost:8080 +up 5s +sign-in code ABCD-EFGH/);
  });

  it('shows state, sessions, calls, errors and memory of every service', () => {
    const lines = frame({});
    expect(lines.find((line) => line.startsWith('SERVICE'))).to.match(
      /STATE +SESSIONS +CALLS +ERRORS +MEMORY/,
    );
    expect(lines.find((line) => line.startsWith('fetch '))).to.match(/● ready +2 +30 +1 +3\.0 MiB/);
    expect(lines.find((line) => line.startsWith('time '))).to.match(/✗ failed +0 +0 +0 +-/);
  });

  it('shows URLs where all of them fit, and none otherwise', () => {
    expect(frame({ columns: 100 }).join('\n')).to.contain('http://localhost:8080/fetch/mcp');
    expect(frame({ columns: 80 }).join('\n')).not.to.contain('/fetch/mcp');
  });

  it('shows the first line of why a service failed', () => {
    const lines = frame({});
    expect(lines).to.include('time: exit code 1');
    expect(lines.join('\n')).not.to.contain('last words');
  });

  it('shows the last log lines, as many as there is room for, and never more rows than the terminal has', () => {
    const lines = Array.from({ length: 100 }, (_, index) => entry(`line ${index}.`));
    const shown = frame({ lines, rows: 16 });
    expect(shown.length).to.be.at.most(16);
    expect(shown.join('\n')).to.contain('line 99.').and.not.to.contain('line 50.');
  });

  it('shows no log where there is no room', () => {
    const shown = frame({ lines: [entry('hidden')], rows: 8 });
    expect(shown.join('\n')).to.contain('fetch').and.not.to.contain('hidden');
  });

  it('cuts long lines and lets none write to the terminal', () => {
    const shown = frame({ lines: [entry(`\u001b[2J${'x'.repeat(500)}`)] });
    expect(Math.max(...shown.map((line) => line.length))).to.be.at.most(100);
    expect(shown.join('\n')).not.to.contain('\u001b[2J');
  });

  it('says so when nothing runs', () => {
    expect(frame({ status: { ...status, running: false } })[0]).to.contain('Not running');
  });

  it('ends with what the keys do', () => {
    expect(frame({}).at(-1)).to.equal('q ends');
  });
});
