import { expect } from 'chai';
import { problems, statusDocument, statusText, urlsText } from '../../../src/lib/cli/status-text.ts';
import { runningStatus } from '../../../src/lib/targets/local/status.ts';
import { gatewayStatus, serviceStatus } from '../support/admin-server.ts';

const services = [
  serviceStatus('fetch', { sessions: 2, calls: 30, errors: 1, memoryBytes: 3 * 1024 ** 2, restarts: 4 }),
  serviceStatus('time', { state: 'unavailable', error: 'Python is missing.\nInstall it.' }),
];
const status = runningStatus(gatewayStatus(services), 'ABCD-EFGH', undefined);
const now = Date.parse('2026-11-22T10:03:20.000Z');

describe('status', () => {
  it('is, as JSON, exactly what other tools rely on', () => {
    expect(statusDocument(status)).to.deep.equal({
      target: 'local',
      ready: true,
      url: 'http://localhost:8080',
      issuer: 'http://localhost:8080',
      signIn: { code: 'ABCD-EFGH', expiresAt: null },
      services: [
        {
          name: 'fetch',
          state: 'ready',
          url: 'http://localhost:8080/fetch/mcp',
          since: '2026-11-22T10:00:00.000Z',
          restarts: 4,
        },
        {
          name: 'time',
          state: 'unavailable',
          url: 'http://localhost:8080/time/mcp',
          since: '2026-11-22T10:00:00.000Z',
          restarts: 0,
          error: 'Python is missing.\nInstall it.',
        },
      ],
    });
  });

  it('is, for people, a table with the reasons below', () => {
    expect(statusText(status, now).split('\n')).to.deep.equal([
      'Running at http://localhost:8080 for 3m 20s',
      'Sign-in code  ABCD-EFGH',
      '',
      'SERVICE  STATE          SESSIONS  CALLS  ERRORS  MEMORY   URL',
      'fetch    ● ready        2         30     1       3.0 MiB  http://localhost:8080/fetch/mcp',
      'time     ! unavailable  0         0      0       -        http://localhost:8080/time/mcp',
      '',
      'time: Python is missing.',
      '  Install it.',
    ]);
  });

  it('is not ready when one that --only named is unavailable', () => {
    expect(runningStatus(gatewayStatus(services), undefined, ['time']).ready).to.equal(false);
    expect(runningStatus(gatewayStatus(services), undefined, ['fetch']).ready).to.equal(true);
  });

  it('has no sign-in where no code is known', () => {
    expect(runningStatus(gatewayStatus(services), undefined, undefined).signIn).to.equal(null);
  });

  it('says what to do when nothing runs, and shows no numbers', () => {
    const stopped = { ...status, running: false, signIn: null, startedAt: null };
    const text = statusText(stopped, now);
    expect(text).to.match(/^Not running\. Start it with `mcpgw up`\.\n/);
    expect(text).to.match(/fetch +● ready +- +- +- +- +http/);
  });

  it('tells of files that the gateway could not take over', () => {
    expect(problems({ ...status, services: [], configurationError: 'port changed' }).join('\n')).to.equal(
      '\nThe configuration before is still in force: port changed',
    );
  });

  it('lets a service’s stderr not write to the terminal', () => {
    const evil = [serviceStatus('x', { state: 'failed', error: '\u001b[2Jgone' })];
    expect(statusText(runningStatus(gatewayStatus(evil), undefined, undefined))).not.to.contain('\u001b');
  });

  it('names the URLs of what runs', () => {
    expect(urlsText(status)).to.equal('fetch  http://localhost:8080/fetch/mcp');
  });
});
