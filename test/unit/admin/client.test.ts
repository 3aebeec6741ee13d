import { expect } from 'chai';
import { createAdminClient } from '../../../src/lib/admin/client.ts';
import { socketTransport } from '../../../src/lib/admin/transport.ts';
import { adminServer, gatewayStatus, serviceStatus, type AdminServer } from '../support/admin-server.ts';
import { userError } from '../support/rejection.ts';

const TOKEN = {
  id: 'abc',
  state: 'active',
  principal: 'local:owner',
  clientId: 'mcpgw-cli',
  audience: ['http://localhost:8080/fetch/mcp'],
  scope: 'mcp',
  issuedAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-22T11:00:00.000Z',
};

describe('admin client, over a Unix socket', () => {
  let server: AdminServer | undefined;

  const clientOf = async (answer: Parameters<typeof adminServer>[0]) => {
    server = await adminServer(answer);
    return createAdminClient(socketTransport(server.socket));
  };

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('reads the status', async () => {
    const status = gatewayStatus([serviceStatus('fetch')]);
    const client = await clientOf(() => ({ status: 200, body: status }));
    expect(await client.status()).to.deep.equal(status);
  });

  it('asks what the contract says, with a body where one belongs', async () => {
    const client = await clientOf((call) => {
      if (call === 'GET /tokens') return { status: 200, body: { tokens: [TOKEN] } };
      if (call === 'POST /tokens') return { status: 200, body: { ...TOKEN, token: 'ey.x.y' } };
      if (call.startsWith('POST /tokens/')) return { status: 200, body: TOKEN };
      return { status: 204 };
    });
    await client.setSignInCode('ABCD-EFGH');
    await client.restartService('fetch');
    const created = await client.createToken({ services: ['fetch'], ttl: 60 });
    const listed = await client.listTokens();
    await client.inspectToken('abc');
    await client.revokeToken('abc');
    await client.shutdown();
    expect(created.token).to.equal('ey.x.y');
    expect(listed).to.deep.equal([TOKEN]);
    expect(server?.requests).to.deep.equal([
      { call: 'PUT /sign-in-code', body: { code: 'ABCD-EFGH' } },
      { call: 'POST /services/fetch/restart', body: undefined },
      { call: 'POST /tokens', body: { services: ['fetch'], ttl: 60 } },
      { call: 'GET /tokens', body: undefined },
      { call: 'POST /tokens/inspect', body: { token: 'abc' } },
      { call: 'POST /tokens/revoke', body: { token: 'abc' } },
      { call: 'POST /shutdown', body: undefined },
    ]);
  });

  it('keeps a service name inside its path segment', async () => {
    const client = await clientOf(() => ({ status: 204 }));
    await client.restartService('../shutdown');
    expect(server?.requests[0]?.call).to.equal('POST /services/..%2Fshutdown/restart');
  });

  it('hands on the refusal of the gateway, with its code where the table has it', async () => {
    const error = { code: 'TOKEN_NOT_FOUND', message: 'There is no such token.', nextStep: 'List them.' };
    const client = await clientOf(() => ({ status: 404, body: { error } }));
    const found = await userError(client.inspectToken('x'));
    expect(found).to.include({ code: 'TOKEN_NOT_FOUND', message: error.message });
    expect(found.nextSteps).to.deep.equal(['List them.']);
  });

  it('calls a refusal with an unknown code REFUSED', async () => {
    const client = await clientOf(() => ({
      status: 400,
      body: { error: { code: 'constructor', message: 'No.' } },
    }));
    expect(await userError(client.listTokens())).to.include({ code: 'REFUSED', message: 'No.' });
  });

  it('names the status of a refusal without words', async () => {
    const client = await clientOf(() => ({ status: 500, raw: '<html>' }));
    const error = await userError(client.listTokens());
    expect(error.code).to.equal('REFUSED');
    expect(error.message).to.contain('500');
  });

  it('refuses an answer that is not of the contract', async () => {
    for (const raw of ['{"pid":1}', 'not json', '']) {
      const client = await clientOf(() => ({ status: 200, raw }));
      const error = await userError(client.status());
      expect(error.code).to.equal('GATEWAY_UNREACHABLE');
      expect(error.nextSteps.join()).to.contain('mcpgw restart');
      await server?.close();
    }
    server = undefined;
  });

  it('says that the project does not run when there is no socket, or a dead one', async () => {
    const client = await clientOf(() => ({ status: 204 }));
    const socket = server?.socket ?? '';
    await server?.close();
    server = undefined;
    const error = await userError(client.status());
    expect(error.code).to.equal('NOT_RUNNING');
    expect(error.nextSteps.join()).to.contain('mcpgw up');
    expect(error.place).to.deep.equal({ file: socket });
  });

  it('gives up on a gateway that does not answer, or hangs up', async () => {
    const silent = await clientOf(() => 'silence');
    expect((await userError(silent.status(50))).message).to.contain('no answer within 0.05 s');
    await server?.close();
    const rude = await clientOf(() => 'reset');
    expect((await userError(rude.status())).code).to.equal('GATEWAY_UNREACHABLE');
  });

  it('bounds what it reads', async () => {
    const client = await clientOf(() => ({ status: 200, raw: 'x'.repeat(9 * 1024 * 1024) }));
    const error = await userError(client.status());
    expect(error.message).to.contain('too long');
  });
});
