import { expect } from 'chai';
import { SignJWT, UnsecuredJWT, exportSPKI, importJWK, type CryptoKey } from 'jose';
import { Bench, createSigner, ISSUER, mcpRoute, METADATA, seen, table } from './fixture.ts';

describe('verify', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.create();
  });

  describe('a valid token', () => {
    it('passes with the identity it carries', async () => {
      const token = await bench.token({ name: 'Owner', scope: 'mcp echo:loud' });
      expect(await bench.check(token)).to.deep.equal({
        allowed: true,
        identity: {
          userId: 'local:owner',
          userName: 'Owner',
          clientId: 'client-1',
          scopes: ['mcp', 'echo:loud'],
          allowedTools: undefined,
        },
      });
    });

    it('is decided at once when it was seen before', async () => {
      const token = await bench.token();
      await bench.check(token);
      expect(bench.check(token)).to.have.property('allowed', true);
      expect(bench.storeReads).to.equal(1);
    });

    it('is verified once when it arrives many times at once', async () => {
      const token = await bench.token();
      const decisions = await Promise.all(Array.from({ length: 20 }, async () => bench.check(token)));
      expect(decisions.map(seen)).to.deep.equal(Array(20).fill('200'));
      expect(bench.storeReads).to.equal(1);
    });

    it('is asked for anew after a minute', async () => {
      const token = await bench.token();
      await bench.check(token);
      bench.now += 60_000;
      expect(seen(await bench.check(token))).to.equal('200');
      expect(bench.storeReads).to.equal(2);
    });

    it('passes for each audience of its list and for no other', async () => {
      const token = await bench.token({ aud: [`${ISSUER}/echo/mcp`, `${ISSUER}/fetch/mcp`] });
      bench.table = table(mcpRoute('echo'), mcpRoute('fetch'), mcpRoute('time'));
      expect(seen(await bench.check(token, 'echo'))).to.equal('200');
      expect(seen(await bench.check(token, 'fetch'))).to.equal('200');
      expect(seen(await bench.check(token, 'time'))).to.equal('401 invalid_token');
    });
  });

  describe('without a token', () => {
    it('answers 401 and a challenge that carries no error', async () => {
      const decision = await bench.check(undefined);
      expect(seen(decision)).to.equal('401 unauthorized');
      expect(decision)
        .to.have.nested.property('headers.WWW-Authenticate')
        .that.equals(`Bearer resource_metadata="${METADATA}", scope="mcp"`);
    });

    it('carries the trace id of the request', async () => {
      const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
      const decision = await bench.verify.check(
        'echo',
        { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
        METADATA,
      );
      if (decision.allowed) throw new Error('allowed without a token');
      expect(JSON.parse(decision.body)).to.have.property('trace_id', trace);
    });
  });

  describe('a token that is not ours', () => {
    const refused = async (token: string): Promise<void> => {
      const decision = await bench.check(token);
      expect(seen(decision)).to.equal('401 invalid_token');
      expect(decision)
        .to.have.nested.property('headers.WWW-Authenticate')
        .that.matches(
          /^Bearer resource_metadata="[^"]+", scope="mcp", error="invalid_token", error_description="[^"]+"$/,
        );
    };

    it('refuses a changed payload', async () => {
      const [header, payload, signature] = (await bench.token()).split('.') as [string, string, string];
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'local:admin' })).toString('base64url');
      await refused(`${header}.${forged}.${signature}`);
    });

    it('refuses a changed signature', async () => {
      const token = await bench.token();
      const at = token.length - 20;
      await refused(token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1));
    });

    it('refuses an unsigned token', async () => {
      const { iss, ...claims } = { iss: ISSUER, sub: 'local:owner', client_id: 'c', jti: 'j', scope: 'mcp' };
      const unsigned = new UnsecuredJWT(claims)
        .setIssuer(iss)
        .setAudience(`${ISSUER}/echo/mcp`)
        .setIssuedAt(bench.now / 1000)
        .setExpirationTime(bench.now / 1000 + 60)
        .encode();
      await refused(unsigned);
    });

    it('refuses the public key used as an HMAC secret', async () => {
      const spki = await exportSPKI((await importJWK(bench.signer.jwk, 'ES256')) as CryptoKey);
      const payload = JSON.parse(
        Buffer.from((await bench.token()).split('.')[1]!, 'base64url').toString(),
      ) as object;
      for (const secret of [spki, JSON.stringify(bench.signer.jwk)]) {
        await refused(
          await new SignJWT({ ...payload })
            .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: bench.signer.kid })
            .sign(Buffer.from(secret)),
        );
      }
    });

    it('refuses another algorithm, even where the key set holds its key', async () => {
      const rsa = await createSigner('rsa-1', 'RS256');
      bench.keys = { keys: [bench.signer.jwk, rsa.jwk] };
      await refused(await bench.token({}, { alg: 'RS256' }, rsa));
    });

    it('refuses another key under a known kid', async () => {
      await refused(await bench.token({}, { kid: bench.signer.kid }, await createSigner('other')));
    });

    it('never takes a key from the token', async () => {
      const attacker = await createSigner('attacker');
      const header = { jwk: attacker.jwk, jku: 'https://attacker.example/jwks' };
      await refused(await bench.token({}, header, attacker));
      await refused(await bench.token({}, { ...header, kid: undefined }, attacker));
      await refused(await bench.token({}, { ...header, kid: bench.signer.kid }, attacker));
    });

    it('refuses an id token: its type is not at+jwt', async () => {
      await refused(await bench.token({}, { typ: 'JWT' }));
    });

    it('refuses another issuer', async () => {
      await refused(await bench.token({ iss: 'http://localhost:9090' }));
    });

    for (const claim of ['sub', 'client_id', 'jti', 'exp', 'iat', 'aud']) {
      it(`refuses a token without ${claim}`, async () => {
        await refused(await bench.token({ [claim]: undefined }));
      });
    }

    it('refuses an expired token, also while it is hot', async () => {
      const token = await bench.token({ exp: bench.now / 1000 + 30 });
      expect(seen(await bench.check(token))).to.equal('200');
      bench.now += 30_000;
      await refused(token);
      await refused(await bench.token({ exp: bench.now / 1000 - 1 }));
    });

    it('refuses a token that is not valid yet', async () => {
      await refused(await bench.token({ nbf: bench.now / 1000 + 60 }));
    });

    it('refuses a token for another resource', async () => {
      await refused(await bench.token({ aud: `${ISSUER}/fetch/mcp` }));
      await refused(await bench.token({ aud: ISSUER }));
      await refused(await bench.token({ aud: [] }));
    });

    it('refuses text that is no token', async () => {
      for (const text of ['abc', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.']) await refused(text);
    });
  });

  describe('keys', () => {
    it('are loaded again for an unknown kid: a rotation is noticed', async () => {
      await bench.check(await bench.token());
      const next = await createSigner('key-2');
      bench.keys = { keys: [bench.signer.jwk, next.jwk] };
      bench.now += 5000;
      expect(seen(await bench.check(await bench.token({}, {}, next)))).to.equal('200');
      expect(bench.keyLoads).to.equal(2);
    });

    it('are not loaded for every invented kid', async () => {
      await bench.check(await bench.token());
      bench.now += 5000;
      const invented = await Promise.all(
        ['../../etc/passwd', "' OR 1=1", '__proto__', 'a', 'b'].map((kid) => bench.token({}, { kid })),
      );
      const decisions = await Promise.all(invented.map(async (token) => bench.check(token)));
      expect(decisions.map(seen)).to.deep.equal(Array(5).fill('401 invalid_token'));
      expect(bench.keyLoads).to.equal(2);
    });

    it('answers 503 while they cannot be had, and recovers', async () => {
      const { keys } = bench;
      bench.keys = { keys: 'none' } as never;
      const token = await bench.token();
      expect(seen(await bench.check(token))).to.equal('503 temporarily_unavailable');
      bench.keys = keys;
      expect(seen(await bench.check(token))).to.equal('200');
    });
  });

  describe('revocation', () => {
    it('refuses a token that was revoked before it was ever seen', async () => {
      bench.revoked.add('token-1');
      expect(seen(await bench.check(await bench.token()))).to.equal('401 invalid_token');
    });

    it('ends a hot token at once', async () => {
      const token = await bench.token();
      await bench.check(token);
      bench.revoke('token-1');
      expect(seen(await bench.check(token))).to.equal('401 invalid_token');
    });

    it('ends every raw token that carries the id', async () => {
      const tokens = [await bench.token(), await bench.token()];
      expect(tokens[0]).to.not.equal(tokens[1]);
      for (const token of tokens) await bench.check(token);
      bench.revoke('token-1');
      for (const token of tokens) expect(seen(await bench.check(token))).to.equal('401 invalid_token');
    });

    it('leaves other tokens alone', async () => {
      const other = await bench.token({ jti: 'token-2' });
      await bench.check(other);
      bench.revoke('token-1');
      expect(bench.check(other)).to.have.property('allowed', true);
    });

    it('wins over an answer of the store that was given earlier', async () => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const asked = Promise.withResolvers<undefined>();
      bench.isActive = () => {
        asked.resolve(undefined);
        return promise;
      };
      const decision = bench.check(await bench.token());
      await asked.promise;
      bench.revoke('token-1');
      resolve(true);
      expect(seen(await decision)).to.equal('401 invalid_token');
    });

    it('answers 503 when the store cannot be asked', async () => {
      bench.isActive = () => Promise.reject(new Error('disk I/O error'));
      const decision = await bench.check(await bench.token());
      expect(seen(decision)).to.equal('503 temporarily_unavailable');
      expect(decision).to.not.have.nested.property('headers.WWW-Authenticate');
    });

    it('is no longer listened to after close', () => {
      expect(bench.listeners).to.have.lengthOf(1);
      bench.verify.close();
      expect(bench.listeners).to.have.lengthOf(0);
    });
  });

  describe('scope and policy', () => {
    it('answers 403 insufficient_scope without the scope of the route', async () => {
      const decision = await bench.check(await bench.token({ scope: 'openid mcp2' }));
      expect(seen(decision)).to.equal('403 insufficient_scope');
      expect(decision)
        .to.have.nested.property('headers.WWW-Authenticate')
        .that.includes('scope="mcp", error="insufficient_scope"');
    });

    it('lets a rule narrow scopes and tools of those it names', async () => {
      const policy = [{ users: ['local:owner'], scopes: ['mcp'], tools: ['echo'] }];
      bench.table = table(mcpRoute('echo', { policy }));
      const decision = await bench.check(await bench.token({ scope: 'mcp echo:loud' }));
      expect(decision).to.have.nested.property('identity.scopes').that.deep.equals(['mcp']);
      expect(decision).to.have.nested.property('identity.allowedTools').that.deep.equals(['echo']);
    });

    it('answers 403 to whom no rule names, without asking for another token', async () => {
      bench.table = table(mcpRoute('echo', { policy: [{ users: ['local:alice'] }] }));
      const decision = await bench.check(await bench.token());
      expect(seen(decision)).to.equal('403 access_denied');
      expect(decision).to.have.nested.property('headers.WWW-Authenticate').that.does.not.include('error=');
    });

    it('answers 403 when the rule leaves nothing of the scope', async () => {
      bench.table = table(mcpRoute('echo', { policy: [{ scopes: [] }] }));
      expect(seen(await bench.check(await bench.token()))).to.equal('403 access_denied');
    });

    it('decides a hot token by the table in force', async () => {
      const token = await bench.token();
      expect(seen(await bench.check(token))).to.equal('200');
      bench.table = table(mcpRoute('echo', { policy: [{ users: [] }] }));
      expect(seen(await bench.check(token))).to.equal('403 access_denied');
    });

    it('answers 503 for a route that the table does not hold', async () => {
      expect(seen(await bench.check(await bench.token(), 'gone'))).to.equal('503 temporarily_unavailable');
    });
  });
});
