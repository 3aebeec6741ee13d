import { expect } from 'chai';
import { EdgeBench, good, verify } from './edge-bench.ts';
import { ask } from './fixture.ts';

describe('the edge: calls to a service', () => {
  let bench: EdgeBench;

  beforeEach(async () => {
    bench = await EdgeBench.open();
  });
  afterEach(() => bench.close());

  for (const later of [false, true]) {
    describe(`a call that verify ${later ? 'decides later' : 'decides at once'}`, () => {
      beforeEach(() => (bench.options = { ...bench.options, verify: verify(later) }));

      it('reaches the service under /mcp with the identity of the token', async () => {
        const answer = await bench.get('/echo/mcp?access_token=other', good);
        expect(JSON.parse(answer.text)).to.deep.equal({
          url: '/mcp',
          identity: { userId: 'local:owner', userName: 'Owner', clientId: 'client-1', scopes: ['mcp'] },
        });
      });

      it('keeps its body', async () => {
        const body = 'x'.repeat(200_000);
        await ask(bench.listener.port, '/echo/mcp', { method: 'POST', headers: good, body });
        expect(bench.seen?.body).to.equal(body);
      });

      it('never carries what a client says of itself', async () => {
        await bench.get('/echo/mcp', {
          ...good,
          'X-User-Id': 'local:admin',
          x_user_id: 'local:admin',
          'X.User.Name': 'admin',
          'X-Allowed-Tools': 'all',
          x_scope: 'all',
          'X-CLIENT-ID': ['a', 'b'],
          'X-User-Email': 'admin@example.com',
          'X-Forwarded-For': '203.0.113.7',
          X_Forwarded_User: 'admin',
          Forwarded: 'for=203.0.113.7',
          'Proxy-Authorization': 'Basic YTpi',
          Cookie: 'session=secret',
        });
        const { headers, rawHeaders, headersDistinct } = bench.seen!.request;
        const all = JSON.stringify([headers, rawHeaders, headersDistinct]);
        expect(all).to.not.match(
          /admin|"all"|"a, b"|Basic|secret|good|authorization|cookie|203\.0\.113|forwarded/i,
        );
        expect(headers).to.include({
          'x-user-id': 'local:owner',
          'x-scope': 'mcp',
          'x-client-id': 'client-1',
        });
        expect(headers).to.not.have.any.keys('x_user_id', 'x.user.name', 'x_scope', 'x-allowed-tools');
        expect(headersDistinct['x-user-id']).to.deep.equal(['local:owner']);
      });

      it('keeps its token on a diagnostic route alone', async () => {
        await bench.get('/diagnostic/mcp', { ...good, Cookie: 'session=secret' });
        expect(bench.seen?.request.headers)
          .to.include({ authorization: 'Bearer good' })
          .and.not.have.property('cookie');
        await bench.get('/echo/mcp', good);
        expect(bench.seen?.request.headers).to.not.have.property('authorization');
      });

      it('is refused as verify says, and does not reach the service', async () => {
        const answer = await bench.get('/echo/mcp?access_token=good', { Authorization: 'Bearer bad' });
        expect(answer).to.deep.include({ status: 401, text: '{"error":"unauthorized"}' });
        expect(answer.headers).to.include({
          'content-type': 'application/json',
          'cache-control': 'no-store',
        });
        expect(bench.seen).to.equal(undefined);
      });
    });
  }

  it('refuses two tokens: neither is taken', async () => {
    expect((await bench.get('/echo/mcp', { Authorization: ['Bearer good', 'Bearer good'] })).status).to.equal(
      401,
    );
  });

  it('tells a person with a browser what the address is for, and still challenges', async () => {
    const answer = await bench.get('/echo/mcp', { Accept: 'text/html,*/*' });
    expect(answer.status).to.equal(401);
    expect(answer.headers['www-authenticate']).to.match(/^Bearer resource_metadata=/);
    expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).to.include("default-src 'none'");
    expect(answer.text).to.include('<h1>The &lt;echo&gt;</h1>');
  });

  describe('a service that cannot take calls', () => {
    for (const [state, retryAfter] of [
      ['starting', '1'],
      ['failed', '30'],
      ['unavailable', '30'],
      ['disabled', '30'],
      ['stopped', '30'],
    ] as const) {
      it(`answers 503 in words while it is ${state}`, async () => {
        bench.options = { ...bench.options, service: () => state };
        const answer = await bench.get('/echo/mcp', good);
        expect(answer.status).to.equal(503);
        expect(answer.headers['retry-after']).to.equal(retryAfter);
        expect(JSON.parse(answer.text))
          .to.have.property('error_description')
          .that.includes('The service echo');
      });
    }

    it('does not tell it to whom has no token', async () => {
      bench.options = { ...bench.options, service: () => 'failed' };
      expect((await bench.get('/echo/mcp')).status).to.equal(401);
    });
  });

  describe('a handler that throws', () => {
    it('is answered with 500 and a trace id', async () => {
      bench.options = {
        ...bench.options,
        service: () => () => {
          throw new Error('secret detail');
        },
      };
      const answer = await bench.get('/echo/mcp', good);
      expect(answer.status).to.equal(500);
      expect(JSON.parse(answer.text))
        .to.have.property('trace_id')
        .that.matches(/^[\da-f]{32}$/);
      expect(answer.text).to.not.include('secret detail');
    });

    it('loses its connection when the answer has begun', async () => {
      bench.options = {
        ...bench.options,
        service: () => (_request, response) => {
          response.writeHead(200).write('begun');
          throw new Error('late');
        },
      };
      const failed: unknown = await bench.get('/echo/mcp', good).catch((error: unknown) => error);
      expect(failed).to.be.an('error').with.property('code', 'ECONNRESET');
    });
  });

  it('lets a stream pass as it comes', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<undefined>();
    bench.options = {
      ...bench.options,
      service: () => (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
        void finish.then(() => response.end('data: 2\n\n'));
      },
    };
    const answer = await fetch(`http://127.0.0.1:${bench.listener.port}/echo/mcp`, { headers: good });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).to.equal('data: 1\n\n');
    resolve(undefined);
    expect((await reader.read()).value).to.equal('data: 2\n\n');
    expect((await reader.read()).done).to.equal(true);
  });
});
