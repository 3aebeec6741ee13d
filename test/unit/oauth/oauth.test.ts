import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  authorizationUrl,
  createPkce,
  OAuthError,
  parseChallenges,
  readCallback,
  redact,
  resourceMetadataUrls,
  serverMetadataUrls,
} from '../../../src/lib/oauth/index.ts';
import { redactHeader } from '../../../src/lib/oauth/redact.ts';
import { isSecure } from '../../../src/lib/oauth/discovery.ts';

describe('parseChallenges (RFC 9110 section 11.6.1)', () => {
  const params = (header: string) =>
    parseChallenges(header).map(({ scheme, params: found }) => [scheme, Object.fromEntries(found)]);

  it('reads parameters, quoted and bare, and knows no case in schemes and names', () => {
    expect(params('BEARER Realm="a, \\"b\\"", scope=mcp')).to.deep.equal([
      ['bearer', { realm: 'a, "b"', scope: 'mcp' }],
    ]);
  });

  it('reads several challenges in one header', () => {
    expect(params('Basic realm="x", Bearer resource_metadata="https://h/p", Negotiate')).to.deep.equal([
      ['basic', { realm: 'x' }],
      ['bearer', { resource_metadata: 'https://h/p' }],
      ['negotiate', {}],
    ]);
  });

  it('reads a scheme alone, a token68, and empty values', () => {
    expect(params('Bearer')).to.deep.equal([['bearer', {}]]);
    expect(params('Negotiate YWJj==, Bearer scope=""')).to.deep.equal([
      ['negotiate', {}],
      ['bearer', { scope: '' }],
    ]);
  });

  it('takes the first of a repeated parameter and stops at what cannot be read', () => {
    expect(params('Bearer scope="a", scope="b", =')).to.deep.equal([['bearer', { scope: 'a' }]]);
  });
});

describe('where metadata is looked for', () => {
  it('names the challenge first, then the path form, then the root (RFC 9728)', () => {
    expect(resourceMetadataUrls('https://h.example/a/mcp', 'https://h.example/md')).to.deep.equal([
      'https://h.example/md',
      'https://h.example/.well-known/oauth-protected-resource/a/mcp',
      'https://h.example/.well-known/oauth-protected-resource',
    ]);
    expect(resourceMetadataUrls('https://h.example/')).to.deep.equal([
      'https://h.example/.well-known/oauth-protected-resource',
    ]);
  });

  it('names the three forms of an issuer with a path, and two of one without (RFC 8414)', () => {
    expect(serverMetadataUrls('https://as.example')).to.deep.equal([
      'https://as.example/.well-known/oauth-authorization-server',
      'https://as.example/.well-known/openid-configuration',
    ]);
    expect(serverMetadataUrls('https://as.example/t')).to.deep.equal([
      'https://as.example/.well-known/oauth-authorization-server/t',
      'https://as.example/.well-known/openid-configuration/t',
      'https://as.example/t/.well-known/openid-configuration',
    ]);
  });

  it('takes https, and http on loopback only', () => {
    expect(
      [
        'https://a.example',
        'http://localhost:1',
        'http://127.0.0.1',
        'http://[::1]:8',
        'http://gw.localhost',
      ].every(isSecure),
    ).to.equal(true);
    expect(['http://a.example', 'http://localhost.example', 'ftp://localhost'].some(isSecure)).to.equal(
      false,
    );
  });
});

describe('an authorization request', () => {
  it('carries PKCE S256 of a verifier of 43 characters (RFC 7636)', () => {
    const { verifier, challenge } = createPkce();
    expect(verifier).to.have.length(43);
    expect(challenge).to.equal(createHash('sha256').update(verifier).digest('base64url'));
  });

  it('keeps the query of the endpoint, and leaves out what is not given', () => {
    const url = new URL(
      authorizationUrl({
        endpoint: 'https://as.example/a?tenant=1',
        clientId: 'c',
        redirectUri: 'http://127.0.0.1:1/cb',
        state: 's',
        challenge: 'x',
      }),
    );
    expect(Object.fromEntries(url.searchParams)).to.include({
      tenant: '1',
      response_type: 'code',
      code_challenge_method: 'S256',
    });
    expect(url.searchParams.has('scope')).to.equal(false);
  });
});

describe('readCallback', () => {
  const expected = { state: 's', issuer: 'https://as.example', issRequired: true };
  const read = (query: string, change = {}) =>
    readCallback(new URL(`http://127.0.0.1/cb?${query}`), { ...expected, ...change });

  it('gives the code of the answer to this request', () => {
    expect(read('code=c&state=s&iss=https://as.example')).to.equal('c');
    expect(read('code=c&state=s', { issRequired: false })).to.equal('c');
  });

  for (const [what, query] of Object.entries({
    'another state': 'code=c&state=t&iss=https://as.example',
    'no state': 'code=c&iss=https://as.example',
    'another iss': 'code=c&state=s&iss=https://as.example/',
    'no iss where it is advertised': 'code=c&state=s',
    'an error': 'error=access_denied&state=s&iss=https://as.example',
    'no code': 'state=s&iss=https://as.example',
  })) {
    it(`refuses ${what}`, () => {
      expect(() => read(query)).to.throw(OAuthError);
    });
  }
});

describe('redact', () => {
  it('hides secrets in JSON, forms, URLs and JWTs, and keeps their length', () => {
    expect(redact('{"access_token":"abcd","token_type":"Bearer"}')).to.equal(
      '{"access_token":"<4 characters>","token_type":"Bearer"}',
    );
    expect(redact('grant_type=authorization_code&code=abc&code_verifier=xyz')).to.equal(
      'grant_type=authorization_code&code=<3 characters>&code_verifier=<3 characters>',
    );
    expect(redact('http://127.0.0.1/cb?code=abc&state=s')).to.equal(
      'http://127.0.0.1/cb?code=<3 characters>&state=s',
    );
    expect(redact('it said eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln')).to.equal('it said <41 characters>');
  });

  it('does not touch names that only end like a secret', () => {
    expect(redact('error_code=1&code_challenge=abc')).to.equal('error_code=1&code_challenge=abc');
  });

  it('hides headers that let their holder in', () => {
    expect(redactHeader('Authorization', 'Bearer abc')).to.equal('Bearer <3 characters>');
    expect(redactHeader('set-cookie', 'a=b')).to.equal('<3 characters>');
    expect(redactHeader('content-type', 'text/html')).to.equal('text/html');
  });
});
