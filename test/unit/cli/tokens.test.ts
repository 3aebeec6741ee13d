import { expect } from 'chai';
import { Readable } from 'node:stream';
import { createAdminClient } from '../../../src/lib/admin/client.ts';
import { socketTransport } from '../../../src/lib/admin/transport.ts';
import { createToken, tokenReference, tokensText, tokenText } from '../../../src/lib/cli/tokens.ts';
import { adminServer, gatewayStatus, serviceStatus, type AdminServer } from '../support/admin-server.ts';
import { userError } from '../support/rejection.ts';

const INFO = {
  id: 'abc',
  state: 'active' as const,
  principal: 'local:owner',
  clientId: 'mcpgw-cli',
  audience: ['http://localhost:8080/fetch/mcp'],
  scope: 'mcp',
  issuedAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-22T11:00:00.000Z',
};
const WISH = { services: [], ttl: 3600, scopes: [] };

describe('making a token', () => {
  let server: AdminServer;

  beforeEach(async () => {
    const status = gatewayStatus([
      serviceStatus('fetch'),
      serviceStatus('time', { state: 'unavailable' }),
      serviceStatus('memory', { state: 'stopped' }),
      serviceStatus('everything', { state: 'disabled' }),
    ]);
    server = await adminServer((call) =>
      call === 'GET /status'
        ? { status: 200, body: status }
        : { status: 200, body: { ...INFO, token: 'ey.x.y' } },
    );
  });
  afterEach(() => server.close());

  const create = (wish: Partial<Parameters<typeof createToken>[1]>) =>
    createToken(createAdminClient(socketTransport(server.socket)), { ...WISH, ...wish });
  const asked = () => server.requests.find(({ call }) => call === 'POST /tokens')?.body;

  it('is for every service of this run when none is named', async () => {
    const { created, services } = await create({});
    expect(created.token).to.equal('ey.x.y');
    expect(services).to.deep.equal(['fetch', 'time']);
    expect(asked()).to.deep.equal({ services: ['fetch', 'time'], ttl: 3600 });
  });

  it('hands on user, lifetime and scopes', async () => {
    await create({ services: ['fetch'], user: 'alice', ttl: 60, scopes: ['mcp', 'fetch:read'] });
    expect(asked()).to.deep.equal({
      services: ['fetch'],
      user: 'alice',
      ttl: 60,
      scopes: ['mcp', 'fetch:read'],
    });
  });

  it('refuses an unknown service with the nearest one, and one that is not enabled', async () => {
    const unknown = await userError(create({ services: ['fetsh'] }));
    expect(unknown.code).to.equal('UNKNOWN_SERVICE');
    expect(unknown.message).to.contain('Did you mean fetch?').and.to.contain('everything');
    const disabled = await userError(create({ services: ['everything'] }));
    expect(disabled.code).to.equal('SERVICE_NOT_ENABLED');
    expect(disabled.nextSteps.join()).to.contain('mcpgw service enable everything');
    expect(asked()).to.equal(undefined);
  });

  it('refuses what is no user or no scope before it asks', async () => {
    expect((await userError(create({ user: 'a b' }))).code).to.equal('INVALID_VALUE');
    expect((await userError(create({ user: '' }))).code).to.equal('INVALID_VALUE');
    expect((await userError(create({ scopes: ['"'] }))).code).to.equal('INVALID_VALUE');
    expect(server.requests).to.deep.equal([]);
  });
});

describe('a token on the command line', () => {
  it('is taken as it is', async () => {
    expect(await tokenReference('abc', Readable.from([]))).to.equal('abc');
  });

  it('comes from standard input for `-`, in however many pieces', async () => {
    expect(await tokenReference('-', Readable.from(['ab', 'c\n']))).to.equal('abc');
  });

  it('is refused when there is none, or too much', async () => {
    expect((await userError(tokenReference('-', Readable.from([' \n'])))).code).to.equal('INVALID_VALUE');
    const flood = Readable.from(Array.from({ length: 100 }, () => 'x'.repeat(1000)));
    expect((await userError(tokenReference('-', flood))).code).to.equal('INVALID_VALUE');
  });
});

describe('tokens for people', () => {
  it('show everything but the token', () => {
    expect(tokenText(INFO)).to.match(/^id +abc\nstate +active\nprincipal +local:owner\n/);
  });

  it('are a line each, and words when there are none', () => {
    expect(tokensText([INFO]).split('\n')).to.have.length(2);
    expect(tokensText([])).to.equal('There are no tokens.');
  });
});
