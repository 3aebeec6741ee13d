import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { post, register, TestClient } from '../support/client.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

describe('An attacker', () => {
  let gateway: TestGateway;
  let client: TestClient;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(async () => {
    client = await TestClient.register(gateway);
  });
  after(() => gateway.close());

  const signIn = async (browser: Browser, url: URL): Promise<{ url: URL; text: string }> => {
    const page = await browser.visit(url);
    const answer = await browser.submit(page.url, '/sign-in', { code: SIGN_IN_CODE });
    return browser.visit(answer.headers.get('location')!);
  };

  describe('who has got hold of a code', () => {
    it('can do nothing without the verifier, and does not spoil it for the client', async () => {
      const code = await client.code();
      for (const verifier of ['', 'x'.repeat(43), undefined]) {
        const form = {
          grant_type: 'authorization_code',
          client_id: client.id,
          code,
          redirect_uri: client.redirectUri,
        };
        const { status, body } = await post(`${gateway.issuer}/token`, {
          ...form,
          ...(verifier !== undefined && { code_verifier: verifier }),
        });
        expect([status, body['error']]).to.deep.equal([400, 'invalid_grant']);
      }
      expect((await client.exchange(code)).status).to.equal(200);
    });

    it('can do nothing with it as another client, nor with another redirect address', async () => {
      const other = await TestClient.register(gateway);
      const code = await client.code();
      const asOther = await other.exchange(code, { code_verifier: client.verifier });
      expect(asOther.body['error']).to.equal('invalid_grant');
      const elsewhere = await client.exchange(code, { redirect_uri: 'http://127.0.0.1:33418/other' });
      expect(elsewhere.body['error']).to.equal('invalid_grant');
      expect((await client.exchange(code)).status).to.equal(200);
    });

    it('cannot leave PKCE out', async () => {
      const parameters = await fetch(client.authorizationUrl({ code_challenge: undefined }), {
        redirect: 'manual',
      });
      expect(parameters.headers.get('location')).to.include('error=invalid_request');
    });

    it('cannot take a refresh token for a code, nor a code for a refresh token', async () => {
      const { refresh } = await client.tokens();
      expect((await client.exchange(refresh)).body['error']).to.equal('invalid_grant');
      expect((await client.refresh(await client.code())).body['error']).to.equal('invalid_grant');
    });
  });

  describe('who wants the answer sent elsewhere', () => {
    const REGISTERED = 'http://localhost:3000/callback';
    for (const uri of [
      'http://localhost.evil.example:3000/callback',
      'http://localhost:3000@evil.example/callback',
      'http://user@localhost:3000/callback',
      'http://localhost:3000/callback/../other',
      'http://localhost:3000/callback%2f..%2fother',
      'http://localhost:3000/callback?x=1',
      'http://localhost:3000/callback#x',
      'http://localhost:3000/Callback',
      'http://localhost:3000/callback/',
      'http://localhost:3000//callback',
      'http://localhost:99999/callback',
      'http://127.0.0.1:3000/callback',
      'http://[::1]:3000/callback',
      'https://localhost:3000/callback',
      'http://localhost\\@evil.example/callback',
      'http://evil.example/callback',
      '//localhost:3000/callback',
      'javascript:alert(1)//localhost:3000/callback',
      '',
    ]) {
      it(`gets no redirect to ${JSON.stringify(uri)}`, async () => {
        const native = await TestClient.register(gateway, {
          redirect_uris: [REGISTERED, 'http://localhost/other'],
        });
        const response = await fetch(native.authorizationUrl({ redirect_uri: uri }), { redirect: 'manual' });
        expect(response.headers.get('location')).to.equal(null);
        expect(response.status).to.equal(400);
      });
    }

    it('gets no other port of a web client', async () => {
      const web = await TestClient.register(gateway, { redirect_uris: ['https://app.example/cb'] });
      const url = web.authorizationUrl({ redirect_uri: 'https://app.example:8443/cb' });
      expect((await fetch(url, { redirect: 'manual' })).status).to.equal(400);
    });
  });

  describe('whose page is open in the browser of the owner', () => {
    const consent = async (browser: Browser, url: URL, headers: Record<string, string>): Promise<Response> =>
      browser.submit(url, '/consent', { decision: 'allow' }, headers);

    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:1' },
      { origin: '', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      it(`cannot answer for the owner: ${JSON.stringify(headers)}`, async () => {
        const browser = new Browser();
        const { url } = await signIn(browser, client.authorizationUrl());
        const response = await consent(browser, url, headers);
        expect(response.status).to.equal(403);
        expect(await response.text()).to.include('did not come from this page');
        // The page itself still can.
        expect((await consent(browser, url, {})).status).to.equal(303);
      });
    }

    it('cannot sign the owner in either', async () => {
      const browser = new Browser();
      const page = await browser.visit(client.authorizationUrl());
      const response = await browser.submit(
        page.url,
        '/sign-in',
        { code: SIGN_IN_CODE },
        { origin: 'https://evil.example' },
      );
      expect(response.status).to.equal(403);
    });

    it('cannot put a page of ours into a frame', async () => {
      const browser = new Browser();
      const { url } = await signIn(browser, client.authorizationUrl());
      const { headers } = await browser.open(url);
      expect(headers.get('content-security-policy')).to.include("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('access-control-allow-origin')).to.equal(null);
    });
  });

  describe('who begins a sign-in for somebody else', () => {
    it('cannot have it finished in another browser', async () => {
      const attacker = new Browser();
      const { url } = await signIn(attacker, client.authorizationUrl());
      const victim = new Browser();
      await signIn(victim, client.authorizationUrl());
      for (const path of ['', '/consent', '/sign-in']) {
        const answer =
          path === ''
            ? await victim.open(url, { headers: { cookie: '' } })
            : await victim.submit(url, path, { decision: 'allow', code: SIGN_IN_CODE }, { cookie: '' });
        expect(answer.status, path).to.equal(400);
        expect(await answer.text()).to.include('This sign-in is over');
      }
    });

    it('cannot swap it for the one of another browser by its address', async () => {
      const [one, two] = [new Browser(), new Browser()];
      const first = await one.visit(client.authorizationUrl());
      const second = await two.visit(client.authorizationUrl());
      expect(first.url.href).not.to.equal(second.url.href);
      const crossed = await one.submit(second.url, '/sign-in', { code: SIGN_IN_CODE });
      expect(crossed.status).to.equal(400);
    });

    it('cannot forge the cookie: it is signed', async () => {
      const browser = new Browser();
      const { url } = await browser.visit(client.authorizationUrl());
      const cookie = browser.jar.header().replaceAll(/\.sig=[^;]+/g, '.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA');
      expect((await browser.open(url, { headers: { cookie } })).status).to.equal(400);
    });

    it('gets a new session at each sign-in, never the one that was there before', async () => {
      const browser = new Browser();
      const session = () => /mcpgw_session_\d+=([^;]+)/.exec(browser.jar.header())?.[1];
      await browser.visit(client.authorizationUrl());
      const before = session();
      await signIn(browser, client.authorizationUrl());
      expect(session()).not.to.equal(before);
    });

    it('cannot answer a step that is not due', async () => {
      const browser = new Browser();
      const page = await browser.visit(client.authorizationUrl());
      const early = await browser.submit(page.url, '/consent', { decision: 'allow' });
      expect(early.status).to.equal(400);
      const consent = await signIn(browser, client.authorizationUrl());
      expect((await browser.submit(consent.url, '/sign-in', { code: SIGN_IN_CODE })).status).to.equal(400);
    });

    it('cannot answer twice', async () => {
      const browser = new Browser();
      const { url } = await signIn(browser, client.authorizationUrl());
      const first = await browser.submit(url, '/consent', { decision: 'allow' });
      await browser.open(first.headers.get('location')!);
      expect((await browser.submit(url, '/consent', { decision: 'allow' })).status).to.equal(400);
    });
  });

  it('takes nothing but the word allow for a yes', async () => {
    for (const form of [{ decision: 'Allow' }, { decision: '' }, {}, { decision: 'deny' }] as Record<
      string,
      string
    >[]) {
      const browser = new Browser();
      const { url } = await signIn(browser, client.authorizationUrl());
      const answer = await browser.submit(url, '/consent', form);
      const back = await browser.open(answer.headers.get('location')!);
      expect(back.headers.get('location'), JSON.stringify(form)).to.include('error=access_denied');
    }
  });

  describe('who writes HTML', () => {
    const EVIL = `"'><img src=x onerror=alert(1)><script>alert(1)</script>`;

    it('in the name of a client has it shown as text', async () => {
      const evil = await TestClient.register(gateway, { client_name: EVIL });
      const browser = new Browser();
      const page = await browser.visit(evil.authorizationUrl());
      const consent = await signIn(browser, evil.authorizationUrl());
      for (const { text } of [page, consent]) {
        expect(text).to.include('&lt;img');
        expect(text).not.to.include('<img');
        expect(text).not.to.include('<script');
      }
    });

    for (const name of [
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
      'resource',
      'prompt',
      'code_challenge',
      'request_uri',
      'response_mode',
    ]) {
      it(`in ${name} has it shown nowhere`, async () => {
        const response = await fetch(client.authorizationUrl({ [name]: EVIL }), {
          headers: { accept: 'text/html' },
          redirect: 'manual',
        });
        const text = await response.text();
        expect(text).not.to.include('<img');
        expect(text).not.to.include('<script');
      });
    }

    it('in an address has it shown nowhere', async () => {
      const response = await fetch(`${gateway.issuer}/interaction/${encodeURIComponent(EVIL)}`, {
        headers: { accept: 'text/html' },
      });
      expect(response.status).to.equal(400);
      expect(await response.text()).not.to.include('<img');
    });
  });

  describe('who floods', () => {
    it('with a large body is refused before it is read', async () => {
      for (const path of ['/token', '/revoke', '/introspect', '/par', '/register']) {
        const { status } = await fetch(`${gateway.issuer}${path}`, {
          method: 'POST',
          body: 'x'.repeat(100_000),
        });
        expect(status, path).to.equal(413);
      }
    });

    it('with the same parameter twice is refused', async () => {
      const response = await fetch(`${gateway.issuer}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=refresh_token&grant_type=authorization_code&client_id=${client.id}&refresh_token=x`,
      });
      expect(response.status).to.equal(400);
    });

    it('with other content than a form is refused', async () => {
      const response = await fetch(`${gateway.issuer}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant_type: 'refresh_token' }),
      });
      expect(response.status).to.equal(400);
      expect(await response.json()).to.include({ error: 'invalid_request' });
    });
  });

  it('leaves a line in the log for each refusal, under the id that he was given', async () => {
    const { body } = await client.exchange('wrong');
    const [line] = gateway.lines.filter((it) => it['traceId'] === body['trace_id']);
    expect(line).to.deep.include({
      event: 'token.refused',
      clientId: client.id,
      error: 'invalid_grant',
      level: 40,
    });
    const { body: refusal } = await register(gateway, { redirect_uris: ['data:,'] });
    expect(gateway.lines.some((it) => it['traceId'] === refusal['trace_id'])).to.equal(true);
  });
});
