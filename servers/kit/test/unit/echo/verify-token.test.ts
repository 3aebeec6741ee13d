import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { checkToken, type CheckedToken } from '../../../src/echo/verify-token.ts';
import { createTestIssuer, type TestIssuer } from '../../support/issuer.ts';
import { ISSUER, mcpRoute } from '../../support/native.ts';

const RESOURCE = `${ISSUER}/echo/mcp`;

describe('a token, checked', () => {
  let issuer: TestIssuer;

  before(async () => {
    issuer = await createTestIssuer();
  });

  const check = (
    token: string,
    changes: { now?: number; route?: undefined } = {},
  ): Promise<CheckedToken | undefined> =>
    checkToken(token, {
      issuer: ISSUER,
      keys: issuer.jwks,
      route: 'route' in changes ? undefined : mcpRoute('echo'),
      now: changes.now ?? Date.now() / 1000,
    });

  const bad = async (token: string, changes?: { now?: number; route?: undefined }): Promise<string[]> =>
    (await check(token, changes))!.checks.filter((it) => !it.ok).map((it) => it.name);

  it('is good when everything fits', async () => {
    expect(await bad(await issuer.sign(RESOURCE))).to.deep.equal([]);
  });

  for (const spelling of [
    `${RESOURCE}/`,
    'http://127.0.0.1:8080/echo/mcp',
    'HTTP://LocalHost:8080/echo/mcp',
  ]) {
    it(`knows its own resource as ${spelling}`, async () => {
      expect(await bad(await issuer.sign(spelling))).to.deep.equal([]);
    });
  }

  it('is good when one of several audiences is this service', async () => {
    expect(await bad(await issuer.sign('x', { aud: ['https://other.example', RESOURCE] }))).to.deep.equal([]);
  });

  const faults: [string, Parameters<TestIssuer['sign']>[1], string][] = [
    ['of another issuer', { iss: 'http://127.0.0.1:8080' }, 'issuer'],
    ['for another service', { aud: `${ISSUER}/other/mcp` }, 'audience'],
    ['without audience', { aud: undefined as never }, 'audience'],
    ['that has ended', { exp: 1000 }, 'expiry'],
    ['without end', { exp: undefined as never }, 'expiry'],
    ['that is not good yet', { nbf: 9_999_999_999 }, 'expiry'],
    ['without the scope', { scope: 'mcpx other' }, 'scope'],
  ];
  for (const [title, claims, name] of faults) {
    it(`is bad ${title}`, async () => {
      expect(await bad(await issuer.sign(RESOURCE, claims))).to.deep.equal([name]);
    });
  }

  it('is bad when it is an ID token', async () => {
    expect(await bad(await issuer.sign(RESOURCE, {}, { typ: 'JWT' }))).to.deep.equal(['type']);
  });

  it('is bad when its content was changed', async () => {
    const [header, , signature] = (await issuer.sign(RESOURCE)).split('.');
    const payload = (await issuer.sign(RESOURCE, { sub: 'local:admin' })).split('.')[1];
    expect(await bad([header, payload, signature].join('.'))).to.deep.equal(['signature']);
  });

  it('is bad without a signature', async () => {
    const token = new UnsecuredJWT({ iss: ISSUER, aud: RESOURCE, scope: 'mcp', exp: 9_999_999_999 }).encode();
    expect(await bad(token)).to.include('signature');
  });

  it('is bad when a public key of the issuer was used as a shared secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(issuer.jwks.keys[0]));
    const token = await new SignJWT({ iss: ISSUER, aud: RESOURCE, scope: 'mcp', exp: 9_999_999_999 })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
      .sign(secret);
    expect(await bad(token)).to.deep.equal(['signature']);
  });

  it('is bad when it brings its own key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const token = await new SignJWT({ iss: ISSUER, aud: RESOURCE, scope: 'mcp', exp: 9_999_999_999 })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
    expect(await bad(token)).to.deep.equal(['signature']);
  });

  it('names the keys there are when none fits', async () => {
    const checked = await check(await issuer.sign(RESOURCE, {}, { kid: 'k2' }));
    expect(checked?.checks[0]?.detail).to.include('kid k2').and.include('the issuer has: k1');
  });

  it('has no audience to fit where the service has no route', async () => {
    expect(await bad(await issuer.sign(RESOURCE), { route: undefined })).to.deep.equal(['audience']);
  });

  for (const text of ['opaque', 'a.b.c', 'e30.W10.x', 'e30.bnVsbA.x', '....']) {
    it(`is not taken apart when it is no JWT: ${text}`, async () => {
      expect(await check(text)).to.equal(undefined);
    });
  }
});
