import * as v1 from '@modelcontextprotocol/sdk/client/auth.js';
import * as v2 from '@modelcontextprotocol/client';
import * as oauth from 'oauth4webapi';
import { expect } from 'chai';
import { person } from '../../../../test/support/oauth/person.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';
import { claimsOf, post, REDIRECT_URI, TestClient } from '../support/client.ts';

describe('Authorization', () => {
  let gateway: TestGateway;
  let client: TestClient;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(async () => {
    client = await TestClient.register(gateway);
  });
  after(() => gateway.close());

  const METADATA = {
    client_name: 'App',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };

  it('works from end to end with oauth4webapi, which checks every answer', async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out; the test speaks http
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(gateway.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    );
    const app: oauth.Client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(server, METADATA, insecure),
    );
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: app.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      resource: gateway.resource('echo'),
    }).toString();
    const callback = await person({ signInCode: SIGN_IN_CODE })(url);
    const parameters = oauth.validateAuthResponse(server, app, callback, state);
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      app,
      await oauth.authorizationCodeGrantRequest(
        server,
        app,
        oauth.None(),
        parameters,
        REDIRECT_URI,
        verifier,
        insecure,
      ),
    );
    const request = new Request(gateway.resource('echo'), {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, gateway.resource('echo'), insecure);
    expect(claims).to.include({ sub: 'local:owner', client_id: app.client_id });
    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      app,
      await oauth.refreshTokenGrantRequest(server, app, oauth.None(), tokens.refresh_token!, insecure),
    );
    expect(refreshed.access_token).not.to.equal(tokens.access_token);
    const revocation = await oauth.revocationRequest(
      server,
      app,
      oauth.None(),
      refreshed.refresh_token!,
      insecure,
    );
    await oauth.processRevocationResponse(revocation);
  });

  for (const [name, sdk] of [
    ['v1', v1],
    ['v2', v2 as unknown as typeof v1],
  ] as const) {
    it(`works from end to end with the client of the MCP SDK ${name}`, async () => {
      const metadata = (await sdk.discoverAuthorizationServerMetadata(gateway.issuer))!;
      const clientInformation = await sdk.registerClient(gateway.issuer, {
        metadata,
        clientMetadata: METADATA,
      });
      const resource = new URL(gateway.resource('memory'));
      const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(gateway.issuer, {
        metadata,
        clientInformation,
        redirectUrl: REDIRECT_URI,
        resource,
      });
      const { searchParams } = await person({ signInCode: SIGN_IN_CODE })(authorizationUrl);
      const tokens = await sdk.exchangeAuthorization(gateway.issuer, {
        metadata,
        clientInformation,
        authorizationCode: searchParams.get('code')!,
        codeVerifier,
        redirectUri: REDIRECT_URI,
        resource,
        // Only v2 looks at it (RFC 9207).
        ...{ iss: searchParams.get('iss') },
      });
      expect(claimsOf(tokens.access_token)).to.include({ aud: resource.href, scope: 'mcp' });
      const next = await sdk.refreshAuthorization(gateway.issuer, {
        metadata,
        clientInformation,
        refreshToken: tokens.refresh_token!,
        resource,
      });
      expect(claimsOf(next.access_token)['aud']).to.equal(resource.href);
    });
  }

  it('works by a pushed request (RFC 9126)', async () => {
    const parameters = Object.fromEntries(client.authorizationUrl({ scope: undefined }).searchParams);
    const { status, body } = await post(`${gateway.issuer}/par`, parameters);
    expect(status).to.equal(201);
    const url = new URL(`${gateway.issuer}/authorize`);
    url.search = new URLSearchParams({
      client_id: client.id,
      request_uri: body['request_uri']!,
      redirect_uri: client.redirectUri,
    }).toString();
    const { searchParams } = await person({ signInCode: SIGN_IN_CODE })(url);
    expect((await client.exchange(searchParams.get('code')!)).body['scope']).to.equal('mcp');
  });

  describe('comes back to the client with', () => {
    it('code, state and issuer (RFC 9207)', async () => {
      const parameters = await client.authorize();
      expect([...parameters.keys()].sort()).to.deep.equal(['code', 'iss', 'state']);
      expect(parameters.get('iss')).to.equal(gateway.issuer);
      expect(parameters.get('state')).to.equal('the-state');
    });

    it('a refusal when the person denies', async () => {
      const parameters = await client.deny();
      expect(parameters.get('error')).to.equal('access_denied');
      expect(parameters.get('iss')).to.equal(gateway.issuer);
      expect(parameters.get('state')).to.equal('the-state');
      expect(parameters.get('code')).to.equal(null);
    });

    it('what it asked for when it asks for a fragment', async () => {
      const url = client.authorizationUrl({ response_mode: 'fragment' });
      const callback = await person({ signInCode: SIGN_IN_CODE })(url);
      const parameters = new URLSearchParams(callback.hash.slice(1));
      expect([...parameters.keys()].sort()).to.deep.equal(['code', 'iss', 'state']);
    });

    for (const [error, change] of [
      ['invalid_target', { resource: 'https://evil.example/mcp' }],
      ['invalid_target', { resource: 'not a uri' }],
      ['invalid_target', { resource: undefined }],
      ['invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
      ['invalid_request', { code_challenge_method: 'plain' }],
      ['invalid_request', { code_challenge_method: undefined }],
      ['invalid_request', { code_challenge: 'short' }],
      ['unsupported_response_type', { response_type: 'token' }],
      ['unsupported_response_type', { response_type: 'code id_token' }],
      ['unsupported_response_mode', { response_mode: 'form_post' }],
      ['request_not_supported', { request: 'a.b.c' }],
      ['registration_not_supported', { registration: '{}' }],
      ['login_required', { prompt: 'none' }],
    ] as const) {
      it(`${error} for ${JSON.stringify(change)}`, async () => {
        const response = await fetch(client.authorizationUrl(change), { redirect: 'manual' });
        const location = new URL(response.headers.get('location')!);
        expect(location.href).to.match(/^http:\/\/127\.0\.0\.1:33418\/callback/);
        const parameters = new URLSearchParams(location.search || location.hash.slice(1));
        expect(parameters.get('error')).to.equal(error);
        const traceId = /\[trace ([0-9a-f]{32})\]$/.exec(parameters.get('error_description')!)?.[1];
        expect(gateway.lines.some((line) => line['traceId'] === traceId)).to.equal(true);
        expect(parameters.get('iss')).to.equal(gateway.issuer);
        expect(parameters.get('state')).to.equal('the-state');
      });
    }

    it('one refusal for two resources, each of which is known', async () => {
      const url = client.authorizationUrl();
      url.searchParams.append('resource', gateway.resource('memory'));
      const response = await fetch(url, { redirect: 'manual' });
      expect(new URL(response.headers.get('location')!).searchParams.get('error')).to.equal('invalid_target');
    });
  });

  describe('stays with the person, on a page that says what to do,', () => {
    for (const [what, change] of [
      ['an unknown client', { client_id: 'nobody' }],
      ['no client', { client_id: undefined }],
      ['the command line as client', { client_id: 'mcpgw-cli' }],
      ['an unknown redirect address', { redirect_uri: 'https://evil.example/cb' }],
    ] as const) {
      it(`for ${what}`, async () => {
        const url = client.authorizationUrl(change);
        const page = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
        expect(page.status).to.equal(400);
        expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
        const text = await page.text();
        expect(text).to.match(/your app/);
        const traceId = /<code>([0-9a-f]{32})<\/code>/.exec(text)?.[1];
        expect(gateway.lines.some((line) => line['traceId'] === traceId)).to.equal(true);
        const json = await fetch(url, { redirect: 'manual' });
        expect(await json.json()).to.include.all.keys('error', 'trace_id');
      });
    }
  });

  describe('asks for consent', () => {
    const steps = async (url: URL, agent: ReturnType<typeof person>): Promise<number> => {
      const before = gateway.lines.filter(({ event }) => event === 'consent.allowed').length;
      await agent(url);
      return gateway.lines.filter(({ event }) => event === 'consent.allowed').length - before;
    };
    const web = { redirect_uris: ['https://app.example/cb'] };

    it('every time for a native client, which anybody on the device can imitate', async () => {
      const agent = person({ signInCode: SIGN_IN_CODE });
      expect(await steps(client.authorizationUrl(), agent)).to.equal(1);
      expect(await steps(client.authorizationUrl(), agent)).to.equal(1);
    });

    it('once for a web client, then again for more', async () => {
      const app = await TestClient.register(gateway, web);
      const agent = person({ signInCode: SIGN_IN_CODE });
      const memory = { resource: gateway.resource('memory') };
      expect(await steps(app.authorizationUrl(), agent)).to.equal(1);
      expect(await steps(app.authorizationUrl(), agent)).to.equal(0);
      expect(await steps(app.authorizationUrl({ scope: 'mcp echo:write' }), agent)).to.equal(1);
      expect(await steps(app.authorizationUrl(memory), agent)).to.equal(1);
      expect(await steps(app.authorizationUrl(), agent)).to.equal(0);
      expect(await steps(app.authorizationUrl(memory), agent)).to.equal(0);
    });

    it('again when the client wants it', async () => {
      const app = await TestClient.register(gateway, web);
      const agent = person({ signInCode: SIGN_IN_CODE });
      await agent(app.authorizationUrl());
      expect(await steps(app.authorizationUrl({ prompt: 'consent' }), agent)).to.equal(1);
    });

    it('of another client, though the person is signed in', async () => {
      const [one, other] = [await TestClient.register(gateway, web), await TestClient.register(gateway, web)];
      const agent = person({ signInCode: SIGN_IN_CODE });
      await agent(one.authorizationUrl());
      expect(await steps(other.authorizationUrl(), agent)).to.equal(1);
    });

    it('not for what was denied', async () => {
      const app = await TestClient.register(gateway, web);
      expect((await app.deny()).get('error')).to.equal('access_denied');
      expect((await app.authorize()).get('code')).to.be.a('string');
    });
  });

  it('asks nobody twice to sign in, but for who wants to be asked', async () => {
    const agent = person({ signInCode: SIGN_IN_CODE });
    const signIns = () => gateway.lines.filter(({ event }) => event === 'sign-in.accepted').length;
    const before = signIns();
    await agent(client.authorizationUrl());
    await agent(client.authorizationUrl());
    expect(signIns() - before).to.equal(1);
    await agent(client.authorizationUrl({ prompt: 'login' }));
    expect(signIns() - before).to.equal(2);
  });

  it('still works when all that a client asks for comes from OpenID Connect', async () => {
    const change = { scope: 'openid', nonce: 'n', max_age: '3600', prompt: 'select_account', claims: '{}' };
    expect((await client.authorize(change)).get('code')).to.be.a('string');
  });
});
