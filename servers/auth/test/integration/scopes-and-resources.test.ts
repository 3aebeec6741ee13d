import { expect } from 'chai';
import { claimsOf, REDIRECT_URI, register, TestClient } from '../support/client.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

describe('An authorization', () => {
  let gateway: TestGateway;
  let client: TestClient;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(async () => {
    client = await TestClient.register(gateway);
  });
  after(() => gateway.close());

  describe('means the resource that the client means', () => {
    for (const spelling of [
      'http://localhost:PORT/echo/mcp/',
      'http://127.0.0.1:PORT/echo/mcp',
      'http://[::1]:PORT/echo/mcp',
      'HTTP://LocalHost:PORT/echo/mcp',
    ]) {
      it(`by ${spelling}`, async () => {
        const resource = spelling.replace('PORT', String(gateway.port));
        const { status, body } = await client.exchange(await client.code({ resource }), { resource });
        expect(status).to.equal(200);
        expect(claimsOf(body['access_token']!)['aud']).to.equal(gateway.resource('echo'));
        expect((await client.refresh(body['refresh_token']!, { resource })).status).to.equal(200);
      });
    }

    it('by naming none where there is one only', async () => {
      gateway.serve('memory');
      try {
        const { access } = await client.tokens({ resource: undefined, scope: undefined });
        expect(claimsOf(access)).to.include({ aud: gateway.resource('memory'), scope: 'mcp' });
      } finally {
        gateway.serve('echo', 'memory');
      }
    });
  });

  describe('gives the scopes', () => {
    for (const [asked, given] of [
      [undefined, 'mcp'],
      ['', 'mcp'],
      ['openid profile offline_access', 'mcp'],
      ['mcp offline_access', 'mcp'],
      ['mcp echo:write', 'mcp echo:write'],
      ['echo:write', 'echo:write'],
    ] as const) {
      it(`${given} for ${JSON.stringify(asked)}`, async () => {
        expect(claimsOf((await client.tokens({ scope: asked })).access)['scope']).to.equal(given);
      });
    }

    it('that were not named at registration too', async () => {
      const { body } = await register(gateway, {
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
        scope: 'mcp',
      });
      const step = new TestClient(gateway, body['client_id']!);
      expect(claimsOf((await step.tokens({ scope: 'mcp echo:write' })).access)['scope']).to.equal(
        'mcp echo:write',
      );
    });
  });
});
