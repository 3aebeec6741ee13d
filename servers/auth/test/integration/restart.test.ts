import { expect } from 'chai';
import { createServer } from 'node:http';
import { person } from '../../../../test/support/oauth/person.ts';
import { claimsOf, TestClient } from '../support/client.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

describe('After a restart', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway();
  });
  afterEach(() => gateway.close());

  it('keys, clients and tokens are still there', async () => {
    const client = await TestClient.register(gateway);
    const { access, refresh } = await client.tokens();
    const keys = gateway.auth.jwks();
    await gateway.restart();
    expect(gateway.auth.jwks()).to.deep.equal(keys);
    expect(await client.isActive(access)).to.equal(true);
    expect((await client.refresh(refresh)).status).to.equal(200);
  });

  it('what was revoked or used is still so', async () => {
    const client = await TestClient.register(gateway);
    const { access } = await client.tokens();
    const code = await client.code();
    await client.exchange(code);
    await client.revoke(access);
    await gateway.restart();
    expect(await gateway.auth.revocations.isActive(String(claimsOf(access)['jti']))).to.equal(false);
    expect((await client.exchange(code)).body['error']).to.equal('invalid_grant');
  });

  it('a session and its consents are still there', async () => {
    const web = await TestClient.register(gateway, { redirect_uris: ['https://app.example/cb'] });
    const agent = person({ signInCode: SIGN_IN_CODE });
    await agent(web.authorizationUrl());
    await gateway.restart();
    gateway.lines.length = 0;
    expect((await agent(web.authorizationUrl())).searchParams.get('code')).to.be.a('string');
    const events = gateway.lines.map(({ event }) => event);
    expect(events).not.to.include.any.members(['sign-in.accepted', 'consent.allowed']);
  });

  it('a sign-in that was under way goes on', async () => {
    const client = await TestClient.register(gateway);
    const code = await client.code();
    await gateway.restart();
    expect((await client.exchange(code)).status).to.equal(200);
  });
});

describe('The module', () => {
  it('answers requests that come before it is ready', async () => {
    const gateway = await startGateway();
    const restarted = gateway.restart();
    try {
      const response = await fetch(`${gateway.issuer}/health`);
      expect([200, 503]).to.include(response.status);
      await restarted;
      expect((await fetch(`${gateway.issuer}/health`)).status).to.equal(200);
    } finally {
      await gateway.close();
    }
  });

  it('refuses once it is closing, ends in time, and can be closed twice', async () => {
    const gateway = await startGateway();
    const { auth } = gateway;
    const server = createServer((request, response) => auth.handler(request, response));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as { port: number };
    await Promise.all([auth.close(50), auth.close(50)]);
    const response = await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST' });
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('1');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await gateway.close();
  });
});
