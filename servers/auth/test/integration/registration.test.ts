import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { LIFETIMES, startGateway, type TestGateway } from '../support/gateway.ts';
import { claimsOf, post, register, TestClient, type Answer } from '../support/client.ts';

describe('Registration', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.close());

  const PUBLIC = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' };

  const manage = async (
    method: string,
    client: Record<string, string>,
    body?: object,
    token = client['registration_access_token'],
  ): Promise<Answer> => {
    const response = await fetch(client['registration_client_uri'] ?? '', {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
    return { status: response.status, headers: response.headers, body: answer };
  };

  it('answers with the client, its id as it will be used, and where to manage it', async () => {
    const { status, body, headers } = await register(gateway, {
      ...PUBLIC,
      client_name: 'App',
      scope: 'mcp openid',
    });
    expect(status).to.equal(201);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(body).to.deep.include({ ...PUBLIC, client_name: 'App', scope: 'mcp', application_type: 'web' });
    expect(body['client_id_issued_at']).to.be.a('number');
    expect(body['registration_client_uri']).to.equal(`${gateway.issuer}/register/${body['client_id']}`);
    expect(body).not.to.have.any.keys('client_secret', 'trace_id');
  });

  it('lets a client refresh that has not said what it does', async () => {
    const { body } = await register(gateway, PUBLIC);
    expect(body['grant_types']).to.deep.equal(['authorization_code', 'refresh_token']);
  });

  it('takes a client that says plainly what it does at its word', async () => {
    const { body } = await register(gateway, { ...PUBLIC, grant_types: ['authorization_code'] });
    expect(body['grant_types']).to.deep.equal(['authorization_code']);
  });

  for (const [what, metadata, error] of [
    ['a foreign http address', { redirect_uris: ['http://app.example/cb'] }, 'invalid_redirect_uri'],
    [
      'a look-alike of localhost',
      { redirect_uris: ['http://localhost.evil.example/'] },
      'invalid_redirect_uri',
    ],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['a data URI', { redirect_uris: ['data:text/html,x'] }, 'invalid_redirect_uri'],
    ['a file', { redirect_uris: ['file:///etc/passwd'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://app.example/#a'] }, 'invalid_redirect_uri'],
    [
      'one bad address among good ones',
      { redirect_uris: ['https://a.example/', 'data:,'] },
      'invalid_redirect_uri',
    ],
    ['no redirect address', {}, 'invalid_redirect_uri'],
    ['numbers for addresses', { redirect_uris: [1] }, 'invalid_redirect_uri'],
    ['a text for a list', { redirect_uris: 'https://a.example/' }, 'invalid_redirect_uri'],
    [
      'an unknown method of authentication',
      { ...PUBLIC, token_endpoint_auth_method: 'tls' },
      'invalid_client_metadata',
    ],
    [
      'a secret that only a JWT would show',
      { ...PUBLIC, token_endpoint_auth_method: 'client_secret_jwt' },
      'invalid_client_metadata',
    ],
    ['a long name', { ...PUBLIC, client_name: 'x'.repeat(300) }, 'invalid_client_metadata'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { status, body } = await register(gateway, metadata);
      expect([status, body['error']]).to.deep.equal([400, error]);
      const traced = gateway.lines.filter((line) => line['traceId'] === body['trace_id']);
      expect(traced.map((line) => line['event'])).to.deep.equal(['client.refused']);
    });
  }

  it('refuses what is not JSON', async () => {
    for (const body of ['', 'text', '[]', 'null']) {
      const response = await fetch(`${gateway.issuer}/register`, { method: 'POST', body });
      expect(response.status, body).to.equal(400);
      expect(await response.json()).to.include({ error: 'invalid_client_metadata' });
    }
  });

  it('refuses more than 64 kB unread', async () => {
    const { status, body } = await register(gateway, { ...PUBLIC, junk: 'x'.repeat(70_000) });
    expect([status, body['error']]).to.deep.equal([413, 'invalid_request']);
  });

  describe('with a secret', () => {
    const CONFIDENTIAL = { redirect_uris: ['https://app.example/cb'] };

    it('hands one out when no method is named, and says how to use it', async () => {
      const { body } = await register(gateway, CONFIDENTIAL);
      expect(body).to.include({
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret_expires_at: 0,
      });
      expect(body['client_secret']).to.have.length.above(40);
    });

    it('keeps only a hash of it, and of the token to manage the client', async () => {
      const { body } = await register(gateway, CONFIDENTIAL);
      const bytes = ['', '-wal']
        .map((suffix) => readFileSync(`${gateway.databaseFile}${suffix}`, 'latin1'))
        .join('');
      expect(bytes).to.include(body['client_id']);
      expect(bytes).not.to.include(body['client_secret']);
      expect(bytes).not.to.include(body['registration_access_token']);
    });

    it('lets it in by both methods, and no other', async () => {
      const { body } = await register(gateway, CONFIDENTIAL);
      const url = `${gateway.issuer}/introspect`;
      const basic = (secret: string) =>
        post(url, { token: 'x' }, { authorization: `Basic ${btoa(`${body['client_id']}:${secret}`)}` });
      expect((await basic(body['client_secret']!)).status).to.equal(200);
      const inBody = { token: 'x', client_id: body['client_id']!, client_secret: body['client_secret']! };
      expect((await post(url, inBody)).status).to.equal(200);

      const stored = storedSecret(body['client_id']!);
      for (const wrong of ['wrong', stored, `${body['client_secret']}x`]) {
        const { status, body: refusal, headers } = await basic(wrong);
        expect([status, refusal['error']]).to.deep.equal([401, 'invalid_client']);
        expect(headers.get('www-authenticate')).to.match(/^Basic /);
      }
      expect((await post(url, { token: 'x', client_id: body['client_id']! })).status).to.equal(401);
    });

    const storedSecret = (clientId: string): string => {
      const [row] = gateway.query(
        `SELECT payload FROM records WHERE kind = 'Client' AND key = '${clientId}'`,
      );
      const { client_secret: secret } = JSON.parse(String(row?.['payload'])) as { client_secret: string };
      expect(secret).to.match(/^sha256:/);
      return secret;
    };
  });

  describe('is managed (RFC 7592)', () => {
    it('by reading, which shows neither a secret nor its hash', async () => {
      const { body: client } = await register(gateway, { redirect_uris: ['https://app.example/cb'] });
      const { status, body } = await manage('GET', client);
      expect(status).to.equal(200);
      expect(body).to.deep.include({
        client_id: client['client_id'],
        redirect_uris: ['https://app.example/cb'],
      });
      expect(body).not.to.have.any.keys('client_secret');
    });

    it('by replacing everything, after which the old token is dead', async () => {
      const { body: client } = await register(gateway, {
        ...PUBLIC,
        client_name: 'Old',
        client_uri: 'https://old.example',
      });
      const change = { client_id: client['client_id'], ...PUBLIC, client_name: 'New' };
      const { status, body } = await manage('PUT', client, change);
      expect(status).to.equal(200);
      expect(body['client_name']).to.equal('New');
      expect(body).not.to.have.property('client_uri');
      expect((await manage('GET', client)).status).to.equal(401);
      expect((await manage('GET', body)).body['client_name']).to.equal('New');
    });

    it('with the secret it has, which then still works', async () => {
      const { body: client } = await register(gateway, { redirect_uris: ['https://app.example/cb'] });
      const change = { redirect_uris: ['https://app.example/new'], client_id: client['client_id'] };
      const wrong = await manage('PUT', client, { ...change, client_secret: 'wrong' });
      expect([wrong.status, wrong.body['error']]).to.deep.equal([400, 'invalid_request']);
      const right = await manage('PUT', client, { ...change, client_secret: client['client_secret'] });
      expect(right.status).to.equal(200);
      expect(right.body).not.to.have.property('client_secret');
      const form = { token: 'x', client_id: client['client_id']!, client_secret: client['client_secret']! };
      expect((await post(`${gateway.issuer}/introspect`, form)).status).to.equal(200);
    });

    it('under the same rules as registration', async () => {
      const { body: client } = await register(gateway, PUBLIC);
      const change = { client_id: client['client_id'], redirect_uris: ['http://app.example/cb'] };
      expect((await manage('PUT', client, change)).body['error']).to.equal('invalid_redirect_uri');
    });

    it('by nobody else', async () => {
      const { body: client } = await register(gateway, PUBLIC);
      const { body: other } = await register(gateway, PUBLIC);
      for (const token of ['wrong', '', other['registration_access_token']]) {
        const { status, headers } = await manage('GET', client, undefined, token);
        expect([400, 401]).to.include(status);
        if (status === 401) expect(headers.get('www-authenticate')).to.match(/^Bearer /);
      }
    });

    it('by removing it, which ends everything it was given, and nothing else', async () => {
      const { body } = await register(gateway, PUBLIC);
      const removed = new TestClient(gateway, body['client_id']!, 'https://app.example/cb');
      const kept = await TestClient.register(gateway);
      const [gone, left] = [await removed.tokens(), await kept.tokens()];
      const revoked: string[] = [];
      gateway.auth.revocations.subscribe((jti) => revoked.push(jti));
      expect((await manage('DELETE', body)).status).to.equal(204);
      expect(revoked).to.deep.equal([claimsOf(gone.access)['jti']]);
      const refused = await removed.refresh(gone.refresh);
      expect([refused.status, refused.body['error']]).to.deep.equal([401, 'invalid_client']);
      expect((await manage('GET', body)).status).to.equal(401);
      expect(await kept.isActive(left.access)).to.equal(true);
    });
  });

  it('is limited for each address, and tells when to come again', async () => {
    const clock = { now: Date.now() };
    const limited = await startGateway({ registrationsPerMinute: 3, now: () => clock.now });
    try {
      for (let i = 0; i < 3; i += 1) expect((await register(limited, PUBLIC)).status).to.equal(201);
      const { status, headers, body } = await register(limited, PUBLIC);
      expect([status, body['error']]).to.deep.equal([429, 'temporarily_unavailable']);
      const wait = Number(headers.get('retry-after'));
      expect(wait).to.be.within(1, 60);
      clock.now += wait * 1000;
      expect((await register(limited, PUBLIC)).status).to.equal(201);
    } finally {
      await limited.close();
    }
  });

  it('ends when the client has not been used for its lifetime, and is kept while it is', async () => {
    const clock = { now: Date.now() };
    const aging = await startGateway({
      now: () => clock.now,
      lifetimes: { ...LIFETIMES, client: 86_400 },
    });
    try {
      const used = await register(aging, PUBLIC);
      const unused = await register(aging, PUBLIC);
      const known = async ({ body }: Answer): Promise<boolean> =>
        (await post(`${aging.issuer}/revoke`, { client_id: body['client_id']!, token: 'x' })).status === 200;
      clock.now += 80_000_000;
      expect(await known(used)).to.equal(true);
      clock.now += 80_000_000;
      expect(await known(used)).to.equal(true);
      expect(await known(unused)).to.equal(false);
    } finally {
      await aging.close();
    }
  });
});
