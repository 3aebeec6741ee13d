import { expect } from 'chai';
import { shownHeader, shownText } from '../../../src/echo/redact.ts';

const SECRET = 'abcdefghijklmnop';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';

describe('what is shown of headers', () => {
  const secrets: [string, string][] = [
    ['authorization', `Bearer ${SECRET}`],
    ['Authorization', SECRET],
    ['proxy-authorization', `Basic ${SECRET}`],
    ['x-forwarded-authorization', SECRET],
    ['cookie', `sid=${SECRET}; other=${SECRET}`],
    ['set-cookie', `sid=${SECRET}`],
    ['x-api-key', SECRET],
    ['apikey', SECRET],
    ['x-auth-token', SECRET],
    ['x-amz-security-token', SECRET],
    ['x-client-secret', SECRET],
    ['x-password', SECRET],
    ['x-hub-signature-256', SECRET],
    ['x-session-id', SECRET],
    ['x-csrf', SECRET],
    ['x-functions-key', SECRET],
    ['referer', `https://x.example/cb?code=${SECRET}`],
    ['x-original-url', `/mcp?access_token=${SECRET}`],
    ['x-note', `see Bearer ${SECRET}`],
    ['x-note', `jwt ${JWT}`],
  ];
  for (const [name, value] of secrets) {
    it(`keeps the secret in ${name}: ${value.slice(0, 12)}…`, () => {
      const shown = shownHeader(name, value);
      expect(shown).not.to.include(SECRET).and.not.include(JWT);
      expect(shown).to.include('redacted');
    });
  }

  it('tells kind and length of a credential, and the names of cookies', () => {
    expect(shownHeader('authorization', `Bearer ${SECRET}`)).to.equal('Bearer [redacted, 16 characters]');
    expect(shownHeader('cookie', 'a=1; b=2')).to.equal('a=[redacted]; b=[redacted]');
  });

  for (const [name, value] of [
    ['x-user-id', 'local:owner'],
    ['mcp-session-id', '5f2b'],
    ['user-agent', 'curl/8'],
    ['host', 'localhost:8080'],
  ] as const) {
    it(`shows ${name}`, () => expect(shownHeader(name, value)).to.equal(value));
  }

  it('keeps text on one line and bounded', () => {
    expect(shownText('a\nb\u2028c\u001b[31m')).to.equal('a b c [31m');
    expect(shownText('x'.repeat(2000)))
      .to.have.length.lessThan(600)
      .and.to.match(/… \(2000 characters\)$/);
  });
});
