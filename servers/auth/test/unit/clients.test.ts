import { expect } from 'chai';
import {
  applicationType,
  cleanRegistration,
  redirectUriFault,
  RegistrationError,
} from '../../src/clients.ts';

describe('A registration', () => {
  it('keeps what counts', () => {
    const body = {
      client_name: 'App',
      client_uri: 'https://app.example',
      redirect_uris: ['https://app.example/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'mcp',
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      contacts: ['a@app.example'],
      software_id: 'x',
    };
    expect(cleanRegistration(body)).to.deep.equal(body);
  });

  it('loses empty values, null, and fields nobody knows', () => {
    const body = {
      redirect_uris: ['', 'https://app.example/cb', null],
      client_uri: '',
      logo_uri: null,
      made_up: 1,
      default_max_age: 10,
      sector_identifier_uri: 'https://internal/',
    };
    expect(cleanRegistration(body)).to.deep.equal({ redirect_uris: ['https://app.example/cb'] });
  });

  it('loses grant types, response types, scopes and contacts that are not here', () => {
    const body = {
      grant_types: ['authorization_code', 'implicit', 'urn:x'],
      response_types: ['code', 'code token'],
      scope: 'openid mcp offline_access',
      contacts: ['not an address', 'a@app.example'],
    };
    expect(cleanRegistration(body)).to.deep.equal({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'mcp',
      contacts: ['a@app.example'],
    });
  });

  it('falls back to the defaults when nothing is left', () => {
    expect(
      cleanRegistration({ grant_types: ['implicit'], response_types: [], scope: 'openid' }),
    ).to.deep.equal({});
  });

  it('loses an application type that is none', () => {
    expect(cleanRegistration({ application_type: 'desktop' })).to.deep.equal({});
  });

  it('cannot name its own id or secret, which an update must', () => {
    const body = { client_id: 'mine', client_secret: 'mine' };
    expect(cleanRegistration(body)).to.deep.equal({});
    expect(cleanRegistration(body, true)).to.deep.equal(body);
  });

  it('does not reach the prototype', () => {
    const body: unknown = JSON.parse('{"__proto__": {"client_name": "x"}, "constructor": 1}');
    expect(cleanRegistration(body)).to.deep.equal({});
    expect(({} as Record<string, unknown>)['client_name']).to.equal(undefined);
  });

  for (const body of [undefined, null, 'text', 1, [], [{}]]) {
    it(`is refused when it is ${JSON.stringify(body)}`, () => {
      expect(() => cleanRegistration(body)).to.throw(RegistrationError, /must be a JSON object/);
    });
  }

  it('has at most twenty redirect URIs of 2048 characters', () => {
    const uris = (count: number, length = 30) =>
      Array.from({ length: count }, (_, i) => `https://app.example/${i}/`.padEnd(length, 'x'));
    expect(cleanRegistration({ redirect_uris: uris(20, 2048) })['redirect_uris']).to.have.length(20);
    expect(() => cleanRegistration({ redirect_uris: uris(21) })).to.throw(RegistrationError, /more than 20/);
    expect(() => cleanRegistration({ redirect_uris: uris(1, 2049) })).to.throw(RegistrationError, /2048/);
  });
});

describe('A redirect URI', () => {
  for (const uri of [
    'https://claude.ai/api/mcp/auth_callback',
    'http://localhost/callback',
    'http://localhost:8787/callback',
    'http://127.0.0.1:33418/',
    'http://[::1]:4000/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/oauth',
    'https://app.example/cb?tenant=1',
  ]) {
    it(`may be ${uri}`, () => expect(redirectUriFault(uri)).to.equal(undefined));
  }

  for (const uri of [
    'http://app.example/cb',
    'http://localhost.evil.example/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://localhost@evil.example/cb',
    'http://user@localhost/cb',
    'https://user:password@app.example/cb',
    'https://app.example/cb#fragment',
    'https://app.example/cb#',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https://app.example/x',
    'about:blank',
    'view-source:https://app.example',
    'ftp://app.example/',
    'intent://x#Intent;end',
    '/relative',
    '//app.example/cb',
    'not a uri',
    '',
  ]) {
    it(`may not be ${JSON.stringify(uri)}`, () => expect(redirectUriFault(uri)).to.be.a('string'));
  }
});

describe('The application type', () => {
  it('is native for any loopback or private-use redirect URI, whatever was said', () => {
    expect(applicationType(['http://localhost/cb'], undefined)).to.equal('native');
    expect(applicationType(['http://127.0.0.1/cb'], 'web')).to.equal('native');
    expect(applicationType(['https://app.example/cb', 'cursor://x'], 'web')).to.equal('native');
  });

  it('is otherwise what was said, or web', () => {
    expect(applicationType(['https://app.example/cb'], undefined)).to.equal('web');
    expect(applicationType(['https://app.example/cb'], 'native')).to.equal('native');
    expect(applicationType([], undefined)).to.equal('web');
  });
});
