import { expect } from 'chai';
import type { NativeOptions, ServiceModule } from '../../src/index.ts';
import { createTestIssuer, type TestIssuer } from './issuer.ts';
import {
  CLIENTS,
  ISSUER,
  as,
  host,
  mcpRoute,
  nativeOptions,
  textOf,
  type Hosted,
  type TestClient,
} from './native.ts';

const SECRET = 'sk-very-secret-1234567890';

/** The specification of the tools that both echo servers have. */
export function describeDiagnosticTools(
  name: string,
  create: (options: NativeOptions) => ServiceModule,
): void {
  for (const { title, era, connect } of CLIENTS) {
    describe(`the diagnostic tools of ${name}, called by ${title}`, () => {
      let issuer: TestIssuer;
      let hosted: Hosted;
      let token: 'strip' | 'diagnostic';
      const clients: TestClient[] = [];

      const client = async (headers: Record<string, string>): Promise<TestClient> => {
        const connected = await connect(hosted.url, headers);
        clients.push(connected);
        return connected;
      };

      before(async () => {
        issuer = await createTestIssuer();
        hosted = await host(() =>
          create(nativeOptions({ jwks: () => issuer.jwks, route: () => mcpRoute(name, { token }) })),
        );
      });
      beforeEach(() => {
        token = 'strip';
      });
      afterEach(async () => {
        await Promise.all(clients.splice(0).map((it) => it.close()));
      });
      after(() => hosted.close());

      describe('printHeader', () => {
        it('sorts headers by who has set them, and shows no secret', async () => {
          const { call } = await client({
            ...as('local:owner'),
            authorization: `Bearer ${SECRET}`,
            cookie: `sid=${SECRET}`,
            'x-forwarded-for': '203.0.113.7',
            'x-custom-token': SECRET,
            'x-plain': 'plain',
          });
          const result = await call('printHeader');
          const data = result.structuredContent as Record<string, { name: string; value: string }[]>;
          expect(data['gateway']).to.deep.include({ name: 'x-user-id', value: 'local:owner' });
          expect(data['gateway']).to.deep.include({ name: 'x-forwarded-for', value: '203.0.113.7' });
          expect(data['mcp']?.map((it) => it.name)).to.include('mcp-protocol-version');
          expect(data['authentication']).to.deep.include({ name: 'cookie', value: 'sid=[redacted]' });
          expect(data['authentication']).to.deep.include({
            name: 'authorization',
            value: `Bearer [redacted, ${SECRET.length} characters]`,
          });
          expect(data['client']).to.deep.include({ name: 'x-plain', value: 'plain' });
          expect(textOf(result)).to.include('x-plain: plain');
          expect(JSON.stringify(result)).not.to.include(SECRET);
        });

        it('says that the gateway is missing when nobody vouches for the caller', async () => {
          const { call } = await client({});
          const text = textOf(await call('printHeader'));
          expect(text)
            .to.include('X-User-Id is missing')
            .and.include(`Call ${ISSUER}/${name}/mcp with an access token.`);
        });
      });

      describe('bearerDecode', () => {
        const resource = `${ISSUER}/${name}/mcp`;

        it('says how to switch the token on where the gateway keeps it', async () => {
          const { call } = await client(as('local:owner'));
          const result = await call('bearerDecode');
          expect(result.structuredContent).to.include({ present: false });
          expect(textOf(result)).to.include('`token: diagnostic`').and.include(name);
        });

        it('verifies the token for real and shows its claims, never the token', async () => {
          token = 'diagnostic';
          const jwt = await issuer.sign(resource);
          const { call } = await client({ ...as('local:owner'), authorization: `Bearer ${jwt}` });
          const result = await call('bearerDecode');
          expect(result.structuredContent).to.include({ present: true, valid: true, length: jwt.length });
          expect(result.structuredContent?.['claims']).to.include({ sub: 'local:owner', aud: resource });
          expect(textOf(result))
            .to.include("Made by the issuer's key k1 (ES256).")
            .and.include('The token is valid.');
          const [, payload, signature] = jwt.split('.');
          expect(JSON.stringify(result)).not.to.include(signature).and.not.include(payload);
        });

        it('tells everything that is wrong with a token at once', async () => {
          token = 'diagnostic';
          const jwt = await issuer.sign('https://elsewhere.example/mcp', {
            iss: 'https://other.example',
            exp: 1,
          });
          const { call } = await client({ ...as('local:owner'), authorization: `Bearer ${jwt}` });
          const { structuredContent } = await call('bearerDecode');
          const checks = structuredContent?.['checks'] as { name: string; ok: boolean }[];
          expect(checks.filter((it) => !it.ok).map((it) => it.name)).to.deep.equal([
            'issuer',
            'audience',
            'expiry',
          ]);
          expect(structuredContent).to.include({ valid: false });
        });

        it('says of an opaque token that it is one', async () => {
          token = 'diagnostic';
          const { call } = await client({ ...as('local:owner'), authorization: `Bearer ${SECRET}` });
          const result = await call('bearerDecode');
          expect(textOf(result)).to.include('is not a JWT');
          expect(JSON.stringify(result)).not.to.include(SECRET);
        });

        it('says that the token is missing where it should be seen', async () => {
          token = 'diagnostic';
          const { call } = await client(as('local:owner'));
          expect(textOf(await call('bearerDecode')))
            .to.include('carries no bearer token')
            .and.include(resource);
        });
      });

      describe('authContext', () => {
        it('shows who the gateway says the caller is, and what leads here', async () => {
          const { call } = await client(as('local:owner', { scopes: ['mcp', 'echo:read'] }));
          const { structuredContent } = await call('authContext');
          expect(structuredContent).to.deep.include({
            authenticated: true,
            user: { id: 'local:owner', name: 'Ada Lovelace' },
            clientId: 'client-1',
            scopes: ['mcp', 'echo:read'],
            token: 'kept by the gateway',
            issuer: ISSUER,
            findings: [],
          });
          expect(structuredContent?.['service']).to.include({ resource: `${ISSUER}/${name}/mcp` });
          expect(structuredContent?.['protocol']).to.include({ era });
        });

        it('names what is missing and what to do', async () => {
          const { call } = await client(
            as('local:owner', { scopes: ['other'], allowedTools: ['authContext'] }),
          );
          const result = await call('authContext');
          expect(result.structuredContent?.['findings']).to.have.length(2);
          expect(textOf(result))
            .to.include('PROBLEM: The scope mcp is needed here')
            .and.include('NOTE: Policy limits you to these tools: authContext.');
        });

        it('says that nobody is signed in', async () => {
          const { call } = await client({});
          const result = await call('authContext');
          expect(result.structuredContent).to.include({ authenticated: false, token: 'absent' });
          expect(textOf(result)).to.include('You are nobody');
        });
      });

      describe('requestTiming', () => {
        it('measures the time inside the server, and the wait in front of it', async () => {
          const { call } = await client({
            ...as('local:owner'),
            'x-request-start': `t=${Date.now() - 2000}`,
          });
          const result = await call('requestTiming');
          const data = result.structuredContent as { elapsedMs: number; queuedMs: number; bodyBytes: number };
          expect(data.elapsedMs).to.be.within(0, 5000);
          expect(data.queuedMs).to.be.within(1500, 10_000);
          expect(data.bodyBytes).to.be.greaterThan(50);
          expect(textOf(result)).to.match(/: (excellent|good|acceptable|slow)\./);
        });
      });

      describe('corsAnalysis', () => {
        it('takes a request without Origin for no browser', async () => {
          const { call } = await client(as('local:owner'));
          expect((await call('corsAnalysis')).structuredContent).to.include({ kind: 'no browser' });
        });

        it('gives the command that tests the preflight of a foreign page', async () => {
          const { call } = await client({ ...as('local:owner'), origin: 'https://app.example' });
          const { structuredContent } = await call('corsAnalysis');
          expect(structuredContent).to.include({ kind: 'cross origin', origin: 'https://app.example' });
          expect(structuredContent?.['preflight'])
            .to.include(`curl -i -X OPTIONS '${ISSUER}/${name}/mcp'`)
            .and.include("-H 'Origin: https://app.example'");
        });

        it('knows the own origin', async () => {
          const { call } = await client({ ...as('local:owner'), origin: ISSUER });
          expect((await call('corsAnalysis')).structuredContent).to.include({ kind: 'same origin' });
        });
      });

      describe('environmentDump', () => {
        it('shows the allow-list and counts the rest', async () => {
          process.env['ECHO_TEST_SECRET'] = SECRET;
          try {
            const { call } = await client(as('local:owner'));
            const result = await call('environmentDump');
            expect(result.structuredContent?.['server']).to.include({ name, version: '1.2.3' });
            expect(result.structuredContent?.['withheld']).to.be.greaterThan(0);
            const everything = JSON.stringify(result);
            expect(everything).not.to.include(SECRET).and.not.include('ECHO_TEST_SECRET');
            expect(everything).not.to.include(process.env['PATH']);
          } finally {
            delete process.env['ECHO_TEST_SECRET'];
          }
        });
      });

      describe('healthProbe', () => {
        it('finds the route and the keys', async () => {
          const { call } = await client(as('local:owner'));
          const { structuredContent } = await call('healthProbe');
          const checks = structuredContent?.['checks'] as { name: string; ok: boolean; detail: string }[];
          expect(checks.map((it) => it.name)).to.deep.equal(['route', 'keys', 'event loop', 'memory']);
          expect(checks[0]).to.include({ ok: true });
          expect(checks[1]?.detail).to.match(new RegExp(`^1 of ${ISSUER}`));
        });
      });

      describe('whoIStheGOAT', () => {
        it('names the user', async () => {
          const { call } = await client(as('local:owner'));
          expect((await call('whoIStheGOAT')).structuredContent).to.include({
            authenticated: true,
            goat: 'Ada Lovelace',
          });
        });

        it('demands authentication of anybody else', async () => {
          const { call } = await client({});
          expect(textOf(await call('whoIStheGOAT'))).to.match(/^AUTHENTICATION REQUIRED/);
        });
      });

      it('lists and serves only the tools that policy allows', async () => {
        const limited = await client(as('local:owner', { allowedTools: ['authContext', 'printHeader'] }));
        expect(await limited.tools()).to.deep.equal(['printHeader', 'authContext']);
        const refusal = await limited.call('healthProbe').catch((error: unknown) => String(error));
        expect(refusal).to.include('healthProbe is not allowed to you').and.include(`policy.${name}`);
      });
    });
  }
}
