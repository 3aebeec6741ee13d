import { request } from 'node:http';
import { expect } from 'chai';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

describe('The metadata of the authorization server', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.close());

  const document = async (path = DOCUMENTS[0]): Promise<Record<string, unknown>> =>
    (await fetch(`${gateway.issuer}${path}`)).json() as Promise<Record<string, unknown>>;

  /** `fetch` lets nobody set these headers. */
  const raw = (
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: string; location: string }> =>
    new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port: gateway.port, path, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, location: response.headers.location ?? '' }),
        );
      });
      call.on('error', reject).end();
    });

  it('is the same in both places', async () => {
    expect(await document(DOCUMENTS[1])).to.deep.equal(await document(DOCUMENTS[0]));
  });

  it('names every endpoint on the origin of the issuer', async () => {
    const metadata = await document();
    expect(metadata['issuer']).to.equal(gateway.issuer);
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
    expect(endpoints.map(([name]) => name)).to.include.members([
      'authorization_endpoint',
      'token_endpoint',
      'registration_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
      'pushed_authorization_request_endpoint',
      'jwks_uri',
    ]);
    for (const [name, url] of endpoints) expect(new URL(String(url)).origin, name).to.equal(gateway.issuer);
  });

  it('has what the strictest clients look for', async () => {
    const metadata = await document();
    expect(metadata).to.deep.include({
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      scopes_supported: ['mcp', 'echo:write'],
    });
    expect(metadata['token_endpoint_auth_methods_supported']).to.include('none');
    expect(metadata).not.to.have.any.keys(
      'dpop_signing_alg_values_supported',
      'userinfo_endpoint',
      'end_session_endpoint',
    );
  });

  it('lists no scope that makes clients ask for a refresh token or an identity by name', async () => {
    expect((await document())['scopes_supported']).not.to.include.members(['offline_access', 'openid']);
  });

  it('follows the route table', async () => {
    gateway.serve('memory');
    expect((await document())['scopes_supported']).to.deep.equal(['mcp']);
    gateway.serve('echo', 'memory');
  });

  it('is JSON', async () => {
    for (const path of DOCUMENTS) {
      const response = await fetch(`${gateway.issuer}${path}`);
      expect(response.headers.get('content-type')).to.match(/^application\/json/);
    }
  });

  for (const headers of [
    { host: 'evil.example' },
    { host: 'auth:8080' },
    { 'x-forwarded-host': 'evil.example' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-port': '1' },
    { forwarded: 'host=evil.example;proto=https' },
  ]) {
    it(`is not changed by ${JSON.stringify(headers)}`, async () => {
      for (const path of DOCUMENTS) {
        expect((await raw(path, headers)).body).to.equal(JSON.stringify(await document(path)));
      }
    });
  }

  it('has public keys only', async () => {
    const { keys } = (await (await fetch(`${gateway.issuer}/jwks`)).json()) as {
      keys: Record<string, string>[];
    };
    expect(keys).to.have.length(1);
    expect(keys[0]).to.include({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(keys[0]).not.to.have.property('d');
    expect(keys.map(({ kid }) => kid)).to.deep.equal(gateway.auth.jwks().keys.map(({ kid }) => kid));
  });

  describe('and its neighbours', () => {
    it('tell that they are well', async () => {
      expect((await fetch(`${gateway.issuer}/health`)).status).to.equal(200);
    });

    for (const [method, path] of [
      ['GET', '/nothing'],
      ['GET', '/token'],
      ['POST', '/authorize'],
      ['GET', '/userinfo'],
      ['GET', '/session/end'],
      ['POST', '/session/end/confirm'],
      ['POST', '/Register'],
      ['POST', '/token/'],
      ['POST', '/REVOKE'],
      ['GET', '/authorize/'],
      ['GET', '/auth'],
      ['POST', '/reg'],
      ['GET', '/.well-known/oauth-authorization-server/echo'],
    ] as const) {
      it(`answer ${method} ${path} with 404 in JSON`, async () => {
        const response = await fetch(`${gateway.issuer}${path}`, { method, redirect: 'manual' });
        expect(response.status).to.equal(404);
        expect(await response.json())
          .to.include({ error: 'not_found' })
          .and.to.have.property('trace_id');
      });
    }

    it('send a browser that comes by another name of the gateway to the host of the issuer', async () => {
      for (const host of [`127.0.0.1:${gateway.port}`, `[::1]:${gateway.port}`, 'evil.example']) {
        const { status, location } = await raw('/authorize?client_id=a&state=b', { host });
        expect([status, location]).to.deep.equal([307, `${gateway.issuer}/authorize?client_id=a&state=b`]);
      }
    });
  });

  describe('for pages of other origins', () => {
    const preflight = (path: string): Promise<Response> =>
      fetch(`${gateway.issuer}${path}`, {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
      });

    for (const path of [...DOCUMENTS, '/jwks', '/token', '/register', '/revoke']) {
      it(`is open at ${path}, without credentials`, async () => {
        const { status, headers } = await preflight(path);
        expect(status).to.equal(204);
        expect(headers.get('access-control-allow-origin')).to.equal('*');
        expect(headers.get('access-control-allow-headers')).to.include('Authorization');
        expect(headers.get('access-control-allow-credentials')).to.equal(null);
      });
    }

    it('is readable, errors included', async () => {
      const headers = { origin: 'https://app.example' };
      for (const [path, init] of [
        [DOCUMENTS[0]!, {}],
        ['/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code' }) }],
        ['/register', { method: 'POST', body: '{}' }],
      ] as const) {
        const response = await fetch(`${gateway.issuer}${path}`, { ...init, headers });
        expect(response.headers.get('access-control-allow-origin'), path).to.equal('*');
        await response.arrayBuffer();
      }
    });

    for (const path of ['/authorize', '/interaction/a']) {
      it(`is closed at ${path}`, async () => {
        expect((await preflight(path)).status).to.equal(404);
        const response = await fetch(`${gateway.issuer}${path}`, {
          headers: { origin: 'https://app.example' },
        });
        expect(response.headers.get('access-control-allow-origin')).to.equal(null);
      });
    }
  });
});
