import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog } from '@mcpgw/kit';
import { person } from '../../../../test/support/oauth/person.ts';
import { Browser } from '../support/browser.ts';
import { claimsOf, TestClient } from '../support/client.ts';
import { tempDir } from '../../../../test/support/temp-dir.ts';
import { createAuth } from '../../src/index.ts';
import { LIFETIMES, mcpRoute, SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

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
  /** A module by itself, not waited for. */
  const open = async (issuer: string) => {
    const folder = tempDir();
    const routes = [mcpRoute(issuer, 'echo')];
    const auth = createAuth({
      issuer,
      databaseFile: join(folder.path, 'auth.sqlite'),
      keysFile: join(folder.path, 'keys.json'),
      lifetimes: LIFETIMES,
      registrationsPerMinute: 10,
      identityProviders: ['local'],
      routes: () => ({ version: 1, issuer, origins: [issuer], corsOrigins: [], routes }),
      log: createLog('auth', 'silent'),
    });
    const server = createServer((request, response) => {
      if (!auth.admin(request, response)) auth.handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      await auth.close(100);
      server.closeAllConnections();
      server.close();
      folder.remove();
    };
    return { auth, port, close };
  };

  it('has keys at once, and lets requests wait until it is ready', async () => {
    const { auth, port, close } = await open('http://localhost:1');
    let ready = false;
    void auth.ready.then(() => (ready = true));
    const asked = fetch(`http://127.0.0.1:${port}/health`);
    expect(auth.jwks().keys).to.have.length(1);
    expect(ready).to.equal(false);
    expect((await asked).status).to.equal(200);
    await close();
  });

  it('throws when it cannot have its files', () => {
    const folder = tempDir();
    writeFileSync(join(folder.path, 'file'), '');
    const within = (name: string) => join(folder.path, 'file', name);
    const options = {
      issuer: 'http://localhost:1',
      lifetimes: LIFETIMES,
      registrationsPerMinute: 10,
      identityProviders: ['local'] as const,
      routes: () => ({
        version: 1 as const,
        issuer: 'http://localhost:1',
        origins: [],
        corsOrigins: [],
        routes: [],
      }),
      log: createLog('auth', 'silent'),
    };
    const keysFile = join(folder.path, 'keys.json');
    expect(() => createAuth({ ...options, keysFile: within('keys.json'), databaseFile: '' })).to.throw(
      /ENOTDIR|EEXIST/,
    );
    expect(() => createAuth({ ...options, keysFile, databaseFile: within('a.sqlite') })).to.throw(
      /ENOTDIR|EEXIST/,
    );
    folder.remove();
  });

  it('tells of a fault of its own, to programs and to people, but not what it is', async () => {
    const gateway = await startGateway();
    try {
      const client = await TestClient.register(gateway);
      const browser = new Browser();
      const page = await browser.visit(client.authorizationUrl());
      const database = new DatabaseSync(gateway.databaseFile);
      database.exec('ALTER TABLE records RENAME TO gone');
      database.close();

      const { status, body } = await client.exchange('code');
      expect(status).to.equal(500);
      expect(body).to.include({ error: 'server_error' }).and.to.have.property('trace_id');
      const posted = await browser.submit(page.url, '/sign-in', { code: SIGN_IN_CODE });
      expect(posted.status).to.equal(500);
      const text = await posted.text();
      expect(text).to.include('Something went wrong on our side');
      const started = await browser.visit(client.authorizationUrl());
      expect(started.status).to.equal(500);
      const told = JSON.stringify(body) + text + started.text;
      expect(told).not.to.match(/sqlite|records|no such table/i);
      const logged = gateway.lines.filter(({ event }) => event === 'server.error');
      expect(logged.map(({ traceId }) => traceId)).to.include(body['trace_id']);
      expect(JSON.stringify(logged)).to.include('no such table');
    } finally {
      await gateway.close();
    }
  });

  it('behind TLS sets cookies that no other host and no plain connection can have', async () => {
    const issuer = 'https://auth.gw.example';
    const { port, close } = await open(issuer);
    const jar: string[] = [];
    const ask = (method: string, path: string, body = '', type = 'application/json') =>
      new Promise<{ headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
        const cookie = jar.map((it) => it.split(';')[0]).join('; ');
        const headers = { host: 'auth.gw.example', 'content-type': type, cookie };
        const call = request({ port, path, method, headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ headers: response.headers, text }));
          jar.push(...(response.headers['set-cookie'] ?? []).filter((it) => !it.includes('1970')));
        });
        call.on('error', reject).end(body);
      });
    const pathOf = ({ headers }: { headers: IncomingHttpHeaders }): string => {
      const { origin, pathname } = new URL(headers.location!);
      expect(origin).to.equal(issuer);
      return pathname;
    };
    try {
      await ask('PUT', '/sign-in-code', JSON.stringify({ code: SIGN_IN_CODE }));
      const { text } = await ask('POST', '/register', '{"redirect_uris":["https://app.example/cb"]}');
      const { client_id: clientId = '', registration_client_uri: uri } = JSON.parse(text) as Record<
        string,
        string
      >;
      expect(uri).to.equal(`${issuer}/register/${clientId}`);
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        code_challenge: 'a'.repeat(43),
        code_challenge_method: 'S256',
      });
      const interaction = pathOf(await ask('GET', `/authorize?${query.toString()}`));
      const form = `code=${SIGN_IN_CODE}`;
      await ask(
        'GET',
        pathOf(await ask('POST', `${interaction}/sign-in`, form, 'application/x-www-form-urlencoded')),
      );
      const names = jar.map((cookie) => cookie.split('=')[0]!.replace(/\.sig$/, ''));
      expect([...new Set(names)].sort()).to.deep.equal([
        '__Host-mcpgw_session',
        '__Secure-mcpgw_interaction',
        '__Secure-mcpgw_resume',
      ]);
      for (const cookie of jar) {
        expect(cookie)
          .to.match(/; secure/i)
          .and.to.match(/; httponly/i)
          .and.to.match(/; samesite=lax/i);
        expect(cookie).not.to.match(/; domain/i);
        if (cookie.startsWith('__Host-')) expect(cookie).to.match(/; path=\/;/i);
      }
    } finally {
      await close();
    }
  });

  it('refuses once it is closing, ends in time, and can be closed twice', async () => {
    const { auth, port, close } = await open('http://localhost:1');
    await auth.ready;
    await Promise.all([auth.close(50), auth.close(50)]);
    const response = await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST' });
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('1');
    await close();
  });
});
