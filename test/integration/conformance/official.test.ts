import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { startInjector } from '../../../src/lib/conformance/official/injector.ts';
import { send, open } from '../../../src/lib/oauth/http.ts';
import { startFaultyServer } from '../../fixtures/conformance/faulty-server.ts';
import { testFixture } from '../../fixtures/conformance/tester.ts';

describe('the official suite inside ours', function () {
  this.timeout(120_000);

  it('runs with the token of a sign-in, for both eras and the authorization server, and is folded in', async () => {
    const fixture = await startFaultyServer({ auth: true });
    const report = await testFixture(fixture, true, { suites: ['official'], timeoutMs: 110_000 });
    await fixture.close();
    const of = (id: string) =>
      report.checks.filter((check) => check.id === id).map(({ status, revision }) => [revision, status]);
    expect(of('official.ping.ping')).to.deep.equal([['2025-11-25', 'pass']]);
    expect(of('official.tools-list.tools-list')).to.deep.equal([
      ['2025-11-25', 'pass'],
      ['2026-07-28', 'pass'],
    ]);
    expect(of('official.tools-call-image.tools-call-image').map(([, status]) => status)).to.deep.equal([
      'skip',
      'skip',
    ]);
    const server = report.checks.filter(({ id }) => id.includes('authorization-code-grant'));
    expect(server.map(({ status }) => status)).to.deep.equal(['pass']);
    expect(report.checks.length).to.be.greaterThan(50);
    const unlike = report.checks.filter(
      ({ id, status }) => status === 'fail' && !id.startsWith('official.dns-rebinding'),
    );
    expect(unlike.map(({ id, evidence }) => `${id}: ${evidence}`)).to.deep.equal([]);
  });
});

describe('the injector', () => {
  let upstream: Server;
  let target = '';
  const seen: {
    host: string | undefined;
    origin: string | undefined;
    authorization: string | undefined;
    body: string;
  }[] = [];

  before(async () => {
    upstream = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { host, origin, authorization } = request.headers;
        seen.push({ host, origin, authorization, body });
        if (request.method === 'GET') {
          response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'abc' });
          response.write('data: first\n\n');
          return;
        }
        response.writeHead(202, { 'x-own': '1' }).end('ok');
      });
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    target = `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}/mcp`;
  });

  after(() => {
    upstream.closeAllConnections();
    upstream.close();
  });

  it('adds the token, names the target in Host and Origin, and passes the rest as it is', async () => {
    const injector = await startInjector({ target, token: 'secret' });
    const { origin, host } = new URL(injector.url);
    const answer = await send({
      url: injector.url,
      method: 'POST',
      body: '{"a":1}',
      headers: { origin },
      timeoutMs: 2000,
    });
    await send({
      url: injector.url,
      method: 'POST',
      headers: { host: 'evil.example', origin: 'https://evil.example' },
      timeoutMs: 2000,
    });
    await injector.close();
    expect([answer.status, answer.text, answer.headers['x-own']]).to.deep.equal([202, 'ok', '1']);
    expect(host).to.not.equal(new URL(target).host);
    expect(seen[0]).to.deep.equal({
      host: new URL(target).host,
      origin: new URL(target).origin,
      authorization: 'Bearer secret',
      body: '{"a":1}',
    });
    expect(seen[1]).to.include({ host: 'evil.example', origin: 'https://evil.example' });
  });

  it('lends the token to nobody who does not know its path', async () => {
    const injector = await startInjector({ target, token: 'secret' });
    const before = seen.length;
    const answer = await send({ url: new URL('/mcp', injector.url).href, method: 'POST', timeoutMs: 2000 });
    await injector.close();
    expect([answer.status, seen.length]).to.deep.equal([404, before]);
  });

  it('passes events as they come', async () => {
    const injector = await startInjector({ target });
    const exchange = await open({ url: injector.url, timeoutMs: 2000 });
    expect(await exchange.until(() => exchange.text.includes('first'), 2000)).to.equal(true);
    expect(exchange.ended).to.equal(false);
    expect(exchange.headers['mcp-session-id']).to.equal('abc');
    exchange.close();
    await injector.close();
  });
});
