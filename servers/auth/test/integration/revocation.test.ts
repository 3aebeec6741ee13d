import { expect } from 'chai';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { claimsOf, post, register, TestClient } from '../support/client.ts';

describe('Token', () => {
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

  describe('revocation (RFC 7009)', () => {
    it('of an access token ends it at once and tells verify', async () => {
      const { access } = await client.tokens();
      const told: string[] = [];
      gateway.auth.revocations.subscribe((jti) => told.push(jti));
      expect((await client.revoke(access)).status).to.equal(200);
      expect(told).to.deep.equal([idOf(access)]);
      expect(await alive(access)).to.equal(false);
    });

    it('of a refresh token ends its access tokens at once', async () => {
      const { access, refresh } = await client.tokens();
      expect((await client.revoke(refresh, { token_type_hint: 'refresh_token' })).status).to.equal(200);
      expect(await alive(access)).to.equal(false);
      expect((await client.refresh(refresh)).body['error']).to.equal('invalid_grant');
    });

    it('by another client changes nothing', async () => {
      const { access, refresh } = await client.tokens();
      const other = await TestClient.register(gateway);
      for (const token of [access, refresh]) expect((await other.revoke(token)).status).to.equal(200);
      expect(await alive(access)).to.equal(true);
      expect((await client.refresh(refresh)).status).to.equal(200);
    });

    it('by the bare id of a token changes nothing: ids are in logs', async () => {
      const { access } = await client.tokens();
      await client.revoke(idOf(access));
      await client.revoke(idOf(access), { token_type_hint: 'access_token' });
      expect(await alive(access)).to.equal(true);
    });

    it('of what is no token is done already', async () => {
      for (const token of ['x', 'a.b.c', ''])
        expect([200, 400]).to.include((await client.revoke(token)).status);
    });
  });

  describe('introspection (RFC 7662)', () => {
    it('tells all of an access token', async () => {
      const { access } = await client.tokens();
      const { body } = await client.introspect(access);
      const { iss, sub, aud, client_id, scope, exp, iat, jti } = claimsOf(access);
      expect(body).to.deep.include({
        active: true,
        token_type: 'Bearer',
        iss,
        sub,
        aud,
        client_id,
        scope,
        exp,
        iat,
        jti,
      });
    });

    it('tells that a revoked or expired one is not active, and nothing else', async () => {
      const revoked = await client.tokens();
      await client.revoke(revoked.access);
      expect((await client.introspect(revoked.access)).body).to.deep.equal({ active: false });
      const expired = await client.tokens();
      clock.now += 901_000;
      expect((await client.introspect(expired.access)).body).to.deep.equal({ active: false });
    });

    it('tells a client without a secret of its own tokens only', async () => {
      const { access } = await client.tokens();
      const other = await TestClient.register(gateway);
      expect((await other.introspect(access)).body).to.deep.equal({ active: false });
    });

    it('tells a client with a secret of any token that it holds, but not of a bare id', async () => {
      const { access } = await client.tokens();
      const { body: service } = await register(gateway, { redirect_uris: ['https://app.example/cb'] });
      const ask = (token: string) =>
        post(`${gateway.issuer}/introspect`, {
          token,
          client_id: service['client_id']!,
          client_secret: service['client_secret']!,
        });
      expect((await ask(access)).body).to.deep.include({ active: true });
      expect((await ask(idOf(access))).body).to.deep.equal({ active: false });
    });

    it('tells nobody who cannot say who he is', async () => {
      const { access } = await client.tokens();
      const { status } = await post(`${gateway.issuer}/introspect`, { token: access });
      expect(status).to.equal(400);
    });

    it('knows no token of another key or type', async () => {
      const { access } = await client.tokens();
      const [head, payload, signature] = access.split('.') as [string, string, string];
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      const tampered = Buffer.from(JSON.stringify({ ...claimsOf(access), scope: 'mcp admin' })).toString(
        'base64url',
      );
      for (const token of [
        `${none}.${payload}.`,
        `${head}.${tampered}.${signature}`,
        `${head}.${payload}.`,
      ]) {
        const { status, body } = await client.introspect(token);
        expect([200, 400], token).to.include(status);
        expect(body['active'], token).not.to.equal(true);
      }
    });
  });
});
