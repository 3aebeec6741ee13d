import { expect } from 'chai';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { claimsOf, headerOf, TestClient } from '../support/client.ts';

describe('Tokens', () => {
  const clock = { now: Date.now() };
  let gateway: TestGateway;
  let client: TestClient;

  before(async () => {
    gateway = await startGateway({ now: () => clock.now });
  });
  beforeEach(async () => {
    clock.now = Date.now();
    client = await TestClient.register(gateway);
  });
  after(() => gateway.close());

  const idOf = (token: string): string => String(claimsOf(token)['jti']);
  const alive = (token: string): Promise<boolean> => gateway.auth.revocations.isActive(idOf(token));
  const events = (name: string): Record<string, unknown>[] =>
    gateway.lines.filter((line) => line['event'] === name && line['clientId'] === client.id);

  describe('an access token', () => {
    it('says all that RFC 9068 asks for, and what the user is called', async () => {
      const { access } = await client.tokens({ scope: 'mcp echo:write' });
      expect(headerOf(access)).to.include({
        alg: 'ES256',
        typ: 'at+jwt',
        kid: gateway.auth.jwks().keys[0]?.kid,
      });
      const claims = claimsOf(access);
      expect(claims).to.include({
        iss: gateway.issuer,
        sub: 'local:owner',
        aud: gateway.resource('echo'),
        client_id: client.id,
        scope: 'mcp echo:write',
        name: 'owner',
      });
      expect(Number(claims['exp']) - Number(claims['iat'])).to.equal(900);
      expect(claims['jti']).to.have.length.above(20);
    });

    it('is signed with the public key that is shown', async () => {
      const { access } = await client.tokens();
      const { payload } = await jwtVerify(access, createLocalJWKSet(gateway.auth.jwks()), {
        issuer: gateway.issuer,
        audience: gateway.resource('echo'),
        typ: 'at+jwt',
      });
      expect(payload.sub).to.equal('local:owner');
    });

    it('comes with everything that clients look for in the answer', async () => {
      const { status, headers, body } = await client.exchange(await client.code());
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.match(/^application\/json/);
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(body).to.include({ token_type: 'Bearer', expires_in: 900, scope: 'mcp' });
      expect(body).to.have.all.keys('access_token', 'refresh_token', 'token_type', 'expires_in', 'scope');
    });

    it('is known to verify until it expires', async () => {
      const { access } = await client.tokens();
      expect(await alive(access)).to.equal(true);
      clock.now += 901_000;
      expect(await alive(access)).to.equal(false);
    });
  });

  describe('an authorization code', () => {
    it('is good once; its second use takes back what it gave', async () => {
      const code = await client.code();
      const first = await client.exchange(code);
      const second = await client.exchange(code);
      expect([second.status, second.body['error']]).to.deep.equal([400, 'invalid_grant']);
      expect(await alive(first.body['access_token']!)).to.equal(false);
      expect((await client.refresh(first.body['refresh_token']!)).body['error']).to.equal('invalid_grant');
      expect(events('grant.revoked')).to.have.length(1);
    });

    it('is good for exactly one of twenty at once', async () => {
      const code = await client.code();
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.exchange(code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      const refusals = answers.filter(({ status }) => status !== 200);
      expect(new Set(refusals.map(({ body }) => body['error']))).to.deep.equal(new Set(['invalid_grant']));
    });

    it('is good for a minute', async () => {
      const code = await client.code();
      clock.now += 61_000;
      expect((await client.exchange(code)).body['error']).to.equal('invalid_grant');
    });

    it('needs no resource at the token endpoint, and takes any spelling of its own', async () => {
      for (const resource of [undefined, `http://127.0.0.1:${gateway.port}/echo/mcp/`]) {
        const { status, body } = await client.exchange(await client.code(), resource ? { resource } : {});
        expect(status).to.equal(200);
        expect(claimsOf(body['access_token']!)['aud']).to.equal(gateway.resource('echo'));
      }
    });

    it('is no good for another resource', async () => {
      const { body } = await client.exchange(await client.code(), { resource: gateway.resource('memory') });
      expect(body['error']).to.equal('invalid_target');
    });
  });

  describe('a refresh token', () => {
    it('gives a new pair for the same resource and scope', async () => {
      const { access, refresh } = await client.tokens({ scope: 'mcp echo:write' });
      const { status, body } = await client.refresh(refresh);
      expect(status).to.equal(200);
      expect(body['refresh_token']).not.to.equal(refresh);
      expect(idOf(body['access_token']!)).not.to.equal(idOf(access));
      expect(claimsOf(body['access_token']!)).to.include({
        aud: gateway.resource('echo'),
        scope: 'mcp echo:write',
      });
    });

    it('gives less when less is asked for, and never more', async () => {
      const { refresh } = await client.tokens({ scope: 'mcp echo:write' });
      const less = await client.refresh(refresh, { scope: 'mcp' });
      expect(claimsOf(less.body['access_token']!)['scope']).to.equal('mcp');
      const narrow = await client.tokens({ scope: 'mcp' });
      expect((await client.refresh(narrow.refresh, { scope: 'mcp echo:write' })).body['error']).to.equal(
        'invalid_scope',
      );
    });

    it('does not mind scopes that nobody knows, which clients repeat', async () => {
      const { refresh } = await client.tokens();
      expect((await client.refresh(refresh, { scope: 'mcp offline_access' })).status).to.equal(200);
    });

    it('gives one successor to fifty at once', async () => {
      const { refresh } = await client.tokens();
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.refresh(refresh)));
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).to.have.length(1);
      expect(events('token.issued').filter((line) => line['grantType'] === 'refresh_token')).to.have.length(
        1,
      );
      expect((await client.refresh(answers[0]!.body['refresh_token']!)).status).to.equal(200);
    });

    it('gives the same successor again for ten seconds', async () => {
      const { refresh } = await client.tokens();
      const first = await client.refresh(refresh);
      clock.now += 9_900;
      expect((await client.refresh(refresh)).body).to.deep.equal(first.body);
    });

    it('used again after that ends the family: it was stolen from one of the two', async () => {
      const { access, refresh } = await client.tokens();
      const next = await client.refresh(refresh);
      clock.now += 10_001;
      const reuse = await client.refresh(refresh);
      expect([reuse.status, reuse.body['error']]).to.deep.equal([400, 'invalid_grant']);
      expect((await client.refresh(next.body['refresh_token']!)).body['error']).to.equal('invalid_grant');
      expect(await alive(access)).to.equal(false);
      expect(await alive(next.body['access_token']!)).to.equal(false);
      expect(events('grant.revoked')).to.have.length(1);
    });

    it('shows its successor neither to another client nor for another request', async () => {
      const { refresh } = await client.tokens({ scope: 'mcp echo:write' });
      const { body } = await client.refresh(refresh);
      const other = await TestClient.register(gateway);
      expect((await other.refresh(refresh)).body['error']).to.equal('invalid_grant');
      expect((await client.refresh(refresh, { scope: 'mcp' })).body['error']).to.equal('invalid_grant');
      // Nothing was taken back for that.
      expect((await client.refresh(body['refresh_token']!)).status).to.equal(200);
    });

    it('shows its successor no more once the family has ended', async () => {
      const { refresh } = await client.tokens();
      const { body } = await client.refresh(refresh);
      await client.revoke(body['refresh_token']!);
      expect((await client.refresh(refresh)).body['error']).to.equal('invalid_grant');
    });

    it('is not given to a client that has not asked to refresh', async () => {
      const once = await TestClient.register(gateway, { grant_types: ['authorization_code'] });
      expect((await once.exchange(await once.code())).body).not.to.have.property('refresh_token');
    });

    it('is no good to another client', async () => {
      const { refresh } = await client.tokens();
      const other = await TestClient.register(gateway);
      expect((await other.refresh(refresh)).body['error']).to.equal('invalid_grant');
      expect((await client.refresh(refresh)).status).to.equal(200);
    });
  });

  it('are in no log line, nor are codes, secrets or verifiers', async () => {
    const code = await client.code();
    const { body } = await client.exchange(code);
    const { body: next } = await client.refresh(body['refresh_token']!);
    await client.revoke(next['access_token']!);
    const text = JSON.stringify(gateway.lines);
    const signatures = [body['access_token']!, next['access_token']!].map((token) => token.split('.')[2]!);
    for (const secret of [
      code,
      client.verifier,
      body['refresh_token']!,
      next['refresh_token']!,
      ...signatures,
    ]) {
      expect(text).not.to.include(secret);
    }
  });

  it('are nowhere in the database, nor are codes, sessions or what the grace keeps', async () => {
    const code = await client.code();
    const { body } = await client.exchange(code);
    const { body: next } = await client.refresh(body['refresh_token']!);
    const rows = JSON.stringify(gateway.query('SELECT * FROM records'));
    expect(rows).to.include('RefreshAnswer');
    for (const secret of [
      code,
      body['refresh_token']!,
      next['refresh_token']!,
      next['access_token']!.split('.')[2]!,
    ]) {
      expect(rows).not.to.include(secret);
    }
  });

  it('that the grace keeps are removed after it', async () => {
    const { refresh } = await client.tokens();
    await client.refresh(refresh);
    clock.now += 10_001;
    await gateway.inStore((store) => store.sweep());
    expect(gateway.query("SELECT key FROM records WHERE kind = 'RefreshAnswer'")).to.deep.equal([]);
  });
});
