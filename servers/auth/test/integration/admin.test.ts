import { createdTokenSchema, tokenInfoSchema, tokenListSchema, type CreatedToken } from '@mcpgw/kit/contract';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect } from 'chai';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { claimsOf, headerOf, post, TestClient } from '../support/client.ts';

describe('The admin API of the authorization server', () => {
  const clock = { now: Date.now() };
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ now: () => clock.now });
  });
  beforeEach(() => {
    clock.now = Date.now();
  });
  after(() => gateway.close());

  const create = async (order: object = {}): Promise<CreatedToken> => {
    const response = await gateway.admin('POST', '/tokens', { services: ['echo'], ttl: 3600, ...order });
    expect(response.status).to.equal(201);
    return createdTokenSchema.parse(await response.json());
  };
  const ask = async (path: string, token: string) => {
    const response = await gateway.admin('POST', path, { token });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const list = async () => tokenListSchema.parse(await (await gateway.admin('GET', '/tokens')).json()).tokens;
  const refusal = async (method: string, path: string, body?: unknown) => {
    const response = await gateway.admin(method, path, body);
    const { error } = (await response.json()) as {
      error: { code: string; message: string; nextStep?: string };
    };
    expect(error.message).to.have.length.above(10);
    return { status: response.status, code: error.code, nextStep: error.nextStep };
  };

  describe('makes a token', () => {
    it('like any other, for the owner, of the command line', async () => {
      const created = await create();
      expect(created).to.deep.include({
        state: 'active',
        principal: 'local:owner',
        clientId: 'mcpgw-cli',
        audience: [gateway.resource('echo')],
        scope: 'mcp',
      });
      expect(headerOf(created.token)).to.include({ alg: 'ES256', typ: 'at+jwt' });
      const { payload } = await jwtVerify(created.token, createLocalJWKSet(gateway.auth.jwks()));
      expect(payload).to.include({
        iss: gateway.issuer,
        aud: gateway.resource('echo'),
        jti: created.id,
        sub: 'local:owner',
        name: 'owner',
        client_id: 'mcpgw-cli',
      });
      expect(payload.exp! - payload.iat!).to.equal(3600);
      expect(await gateway.auth.revocations.isActive(created.id)).to.equal(true);
    });

    it('whose id no command line takes for a flag', async () => {
      // Of so many ids of the library alone, about ten would begin with a dash or an underscore.
      const ids: string[] = [];
      for (let i = 0; i < 300; i += 1) ids.push((await create()).id);
      expect(ids.filter((id) => !/^[A-Za-z0-9]/.test(id))).to.deep.equal([]);
    });

    it('for another user, named in the claims', async () => {
      const { token } = await create({ user: 'bob' });
      expect(claimsOf(token)).to.include({ sub: 'local:bob', name: 'bob' });
    });

    it('for several services, with a list of audiences', async () => {
      const { token, audience } = await create({ services: ['memory', 'echo', 'echo'] });
      expect(audience).to.deep.equal([gateway.resource('memory'), gateway.resource('echo')]);
      expect(claimsOf(token)['aud']).to.deep.equal(audience);
    });

    it('with the scopes that were asked for', async () => {
      expect((await create({ scopes: ['mcp', 'echo:write'] })).scope).to.equal('mcp echo:write');
    });

    it('that lives as long as was asked for', async () => {
      const { id, issuedAt, expiresAt } = await create({ ttl: 5 });
      expect(Date.parse(expiresAt) - Date.parse(issuedAt)).to.equal(5000);
      clock.now += 6000;
      expect(await gateway.auth.revocations.isActive(id)).to.equal(false);
    });

    for (const [what, order, code] of [
      ['an unknown service', { services: ['nothing'] }, 'UNKNOWN_SERVICE'],
      ['a scope of another service', { services: ['memory'], scopes: ['echo:write'] }, 'INVALID_VALUE'],
      ['no scope', { scopes: [] }, 'INVALID_VALUE'],
      ['more than a day', { ttl: 86_401 }, 'INVALID_VALUE'],
      ['no time', { ttl: 0 }, 'INVALID_VALUE'],
      ['a user that is none', { user: 'a b' }, 'INVALID_VALUE'],
      ['a key that nobody knows', { other: 1 }, 'INVALID_VALUE'],
    ] as const) {
      it(`but not for ${what}`, async () => {
        const answer = await refusal('POST', '/tokens', { services: ['echo'], ttl: 60, ...order });
        expect(answer.code).to.equal(code);
        expect([400, 404]).to.include(answer.status);
      });
    }
  });

  it('makes no token for no service, and says how to come by one', async () => {
    const answer = await refusal('POST', '/tokens', { services: [], ttl: 60 });
    expect(answer).to.include({ status: 400, code: 'SERVICE_NOT_ENABLED' });
    expect(answer.nextStep).to.include('mcpgw service enable');
  });

  describe('tells of a token', () => {
    it('by the token and by its id', async () => {
      const { token, ...info } = await create();
      for (const reference of [token, info.id]) {
        expect((await ask('/tokens/inspect', reference)).body).to.deep.equal(info);
      }
    });

    it('that it is revoked, by both', async () => {
      const { token, id } = await create();
      const revoked = await ask('/tokens/revoke', token);
      expect(tokenInfoSchema.parse(revoked.body)).to.include({ id, state: 'revoked' });
      for (const reference of [token, id]) {
        expect((await ask('/tokens/inspect', reference)).body['state']).to.equal('revoked');
      }
    });

    it('that it has expired, by the token even when its record is gone', async () => {
      const { token, id } = await create({ ttl: 1 });
      clock.now += 2000;
      expect((await ask('/tokens/inspect', token)).body['state']).to.equal('expired');
      expect((await ask('/tokens/inspect', id)).body['state']).to.equal('expired');
      await gateway.inStore((store) => store.sweep());
      expect((await ask('/tokens/inspect', token)).body['state']).to.equal('expired');
      expect((await ask('/tokens/inspect', id)).status).to.equal(404);
    });

    it('that it is none of this gateway', async () => {
      const { token } = await create();
      const [head, payload] = token.split('.');
      for (const reference of ['nothing', `${head}.${payload}.${'A'.repeat(86)}`, 'a.b.c']) {
        const { status, code } = await refusal('POST', '/tokens/inspect', { token: reference });
        expect([status, code]).to.deep.equal([404, 'TOKEN_NOT_FOUND']);
      }
    });
  });

  it('lists tokens in force, newest first, of clients and of the command line', async () => {
    const client = await TestClient.register(gateway);
    const { access } = await client.tokens();
    clock.now += 1000;
    const mine = await create();
    clock.now += 1000;
    const gone = await create();
    await ask('/tokens/revoke', gone.id);
    const ids = (await list()).map(({ id }) => id);
    expect(ids.slice(0, 2)).to.deep.equal([mine.id, claimsOf(access)['jti']]);
    expect(ids).not.to.include(gone.id);
  });

  it('lists a thousand at most', async () => {
    const payload = { aud: 'a', accountId: 'local:a', clientId: 'c', iat: 1, exp: 1e10 };
    await gateway.inStore(async (store) => {
      for (let i = 0; i < 1005; i += 1) {
        await store.put('AccessToken', `many-${i}`, { payload, expiresAt: 1e13 });
      }
    });
    expect(await list()).to.have.length(1000);
  });

  describe('revokes', () => {
    it('this token only, at once, and tells verify', async () => {
      const client = await TestClient.register(gateway);
      const { access, refresh } = await client.tokens();
      const told: string[] = [];
      gateway.auth.revocations.subscribe((jti) => told.push(jti));
      const { body } = await ask('/tokens/revoke', access);
      expect(told).to.deep.equal([body['id']]);
      expect((await client.refresh(refresh)).status).to.equal(200);
    });

    it('once: the second time changes nothing', async () => {
      const { id } = await create();
      await ask('/tokens/revoke', id);
      const again = await ask('/tokens/revoke', id);
      expect([again.status, again.body['state']]).to.deep.equal([200, 'revoked']);
    });

    it('what it has made, as its holder can too', async () => {
      const { token, id } = await create();
      const form = { client_id: 'mcpgw-cli', token };
      expect((await post(`${gateway.issuer}/introspect`, form)).body).to.include({ active: true, jti: id });
      expect((await post(`${gateway.issuer}/revoke`, form)).status).to.equal(200);
      expect(await gateway.auth.revocations.isActive(id)).to.equal(false);
    });
  });

  describe('sets the sign-in code', () => {
    it('in the place of the old one', async () => {
      const response = await gateway.admin('PUT', '/sign-in-code', { code: 'NEW-CODE-9999' });
      expect(response.status).to.equal(204);
      const rows = gateway.query("SELECT payload FROM records WHERE kind = 'SignInCode'");
      expect(rows).to.have.length(1);
      expect(JSON.stringify(rows)).not.to.match(/NEW|9999/);
      expect(JSON.stringify(gateway.lines)).not.to.include('NEW-CODE-9999');
    });

    for (const body of [
      {},
      { code: 'ab' },
      { code: '------------' },
      { code: 'x'.repeat(65) },
      { code: 1 },
      [],
      'text',
    ]) {
      it(`but not to ${JSON.stringify(body).slice(0, 30)}`, async () => {
        expect(await refusal('PUT', '/sign-in-code', body)).to.include({
          status: 400,
          code: 'INVALID_VALUE',
        });
      });
    }
  });

  it('refuses what is no JSON, too large, or another method, in words', async () => {
    expect((await refusal('POST', '/tokens')).status).to.equal(400);
    expect((await refusal('POST', '/tokens', { services: ['x'.repeat(70_000)] })).status).to.equal(413);
    expect((await refusal('DELETE', '/tokens')).status).to.equal(405);
    expect((await refusal('GET', '/sign-in-code')).status).to.equal(405);
  });

  it('leaves other paths to others', async () => {
    for (const path of ['/status', '/tokens/', '/tokens/other', '/', '/shutdown']) {
      expect((await gateway.admin('GET', path)).status, path).to.equal(404);
    }
  });

  it('is not to be had at the public port', async () => {
    for (const path of ['/tokens', '/tokens/inspect', '/sign-in-code']) {
      expect((await fetch(`${gateway.issuer}${path}`, { method: 'POST', body: '{}' })).status, path).to.equal(
        404,
      );
    }
  });
});
