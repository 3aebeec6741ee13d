import { expect } from 'chai';
import { ACCEPT, post } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { META, ModernClient, resultOf, textOf, VERSION } from '../helpers/modern-client.ts';
import { startProxy, until, type RunningProxy } from '../helpers/proxy.ts';

describe('modern era on the wire', () => {
  let proxy: RunningProxy;
  const client = new ModernClient(() => proxy.url);
  before(async () => {
    proxy = await startProxy({ limits: { sessions: 64, sessionsPerUser: 32 } }, { ownOrigins: true });
    await proxy.module.ready;
  });
  after(() => proxy.close());

  describe('headers and envelope', () => {
    it('that agree let a request through to a legacy child, without the envelope', async () => {
      const reply = await client.call('raw', { n: 1 }, { id: 'a', meta: { 'example.com/x': 1 } });
      expect(reply.status).to.equal(200);
      expect(reply.messages[0]).to.include({ id: 'a' });
      expect(resultOf(reply)).to.include({ resultType: 'complete' });
      expect(resultOf(reply)['_meta']).to.deep.equal({
        [`${META}serverInfo`]: { name: 'echo', version: '1.0.0' },
      });
      expect(textOf(reply)).to.match(
        /^\{"jsonrpc":"2.0","id":\d+,"method":"tools\/call","params":\{"name":"raw","arguments":\{"n":1\},"_meta":\{"example.com\/x":1\}\}\}$/,
      );
    });

    for (const [what, headers] of [
      ['no Mcp-Method', { 'mcp-method': '' }],
      ['another Mcp-Method', { 'mcp-method': 'tools/list' }],
      ['Mcp-Method in other case', { 'mcp-method': 'TOOLS/CALL' }],
      ['no Mcp-Name', { 'mcp-name': '' }],
      ['another Mcp-Name', { 'mcp-name': 'other' }],
      ['a broken Mcp-Name', { 'mcp-name': '=?base64?ZWNobw?=' }],
      ['no MCP-Protocol-Version', { 'mcp-protocol-version': '' }],
      ['a legacy MCP-Protocol-Version', { 'mcp-protocol-version': '2025-11-25' }],
    ] as const) {
      it(`with ${what} are refused with -32020`, async () => {
        const reply = await client.call('echo', { text: 'x' }, { id: 9, headers });
        expect(reply.status).to.equal(400);
        expect(reply.messages[0]).to.include({ id: 9 });
        expect(errorOf(reply.messages[0]).code).to.equal(-32020);
      });
    }

    it('may encode the name', async () => {
      const headers = { 'mcp-name': `=?base64?${Buffer.from('echo').toString('base64')}?=` };
      expect(await client.text('echo', { text: 'x' }, { headers })).to.equal('x');
    });

    it('without the required members are refused with -32602', async () => {
      for (const meta of [undefined, {}, { [`${META}protocolVersion`]: VERSION }]) {
        const { body, headers } = client.message('tools/list', {}, {});
        const reply = await post(proxy.url, { ...body, params: { _meta: meta } }, headers);
        expect([reply.status, errorOf(reply.messages[0]).code]).to.deep.equal([400, -32602]);
      }
    });

    it('of an unknown revision are refused with -32022, which says what is spoken', async () => {
      const reply = await client.request(
        'server/discover',
        {},
        {
          headers: { 'mcp-protocol-version': '2030-01-01' },
          meta: { [`${META}protocolVersion`]: '2030-01-01' },
        },
      );
      expect(reply.status).to.equal(400);
      const error = errorOf(reply.messages[0]);
      expect(error.code).to.equal(-32022);
      expect(error.data).to.deep.include({ supported: [VERSION], requested: '2030-01-01' });
    });

    it('say nothing of sessions: none is made and none is asked for', async () => {
      const reply = await client.call('echo', { text: 'x' }, { headers: { 'mcp-session-id': 'anything' } });
      expect(reply.status).to.equal(200);
      expect(reply.headers.get('mcp-session-id')).to.equal(null);
    });

    for (const method of ['GET', 'DELETE']) {
      it(`allow no ${method}`, async () => {
        const response = await fetch(proxy.url, {
          method,
          headers: { 'mcp-protocol-version': VERSION, accept: ACCEPT },
        });
        expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
      });
    }

    it('allow no batches and no responses, and accept notifications', async () => {
      const headers = { 'mcp-protocol-version': VERSION };
      expect((await post(proxy.url, '[]', headers)).status).to.equal(400);
      expect((await post(proxy.url, { jsonrpc: '2.0', id: 1, result: {} }, headers)).status).to.equal(400);
      expect((await post(proxy.url, { jsonrpc: '2.0', method: 'notifications/x' }, headers)).status).to.equal(
        202,
      );
    });
  });

  describe('methods', () => {
    it('begin with server/discover, which no child is started for', async () => {
      const result = resultOf(await client.request('server/discover'));
      expect(result).to.deep.include({
        resultType: 'complete',
        supportedVersions: [VERSION],
        ttlMs: 0,
        cacheScope: 'private',
      });
      expect(result['capabilities']).to.have.property('tools');
      expect(result['capabilities']).not.to.have.property('tasks');
    });

    it('of legacy revisions are unknown', async () => {
      for (const method of [
        'initialize',
        'ping',
        'logging/setLevel',
        'resources/subscribe',
        'tasks/list',
        'no/such',
      ]) {
        const reply = await client.request(method, {}, { id: method });
        expect([reply.status, errorOf(reply.messages[0]).code, reply.messages[0]?.['id']]).to.deep.equal([
          404,
          -32601,
          method,
        ]);
      }
    });

    it('that can be cached say for how long', async () => {
      const listed = resultOf(await client.request('tools/list'));
      expect(listed).to.include({ ttlMs: 0, cacheScope: 'private' });
      expect(listed['tools']).to.be.an('array');
    });

    it('that read no such resource answer -32602', async () => {
      const reply = await client.request('resources/read', { uri: 'echo:none' });
      expect(errorOf(reply.messages[0])).to.deep.include({ code: -32602, data: { uri: 'echo:none' } });
    });

    it('report progress under the client’s token, on the stream of the call', async () => {
      const { messages, headers } = await client.call(
        'progress',
        { steps: 2 },
        { meta: { progressToken: 'p' } },
      );
      expect(headers.get('content-type')).to.equal('text/event-stream');
      expect(messages.map(({ method }) => method ?? 'result')).to.deep.equal([
        'notifications/progress',
        'notifications/progress',
        'result',
      ]);
      expect(messages[0]).to.deep.nested.include({ 'params.progressToken': 'p' });
    });

    it('log only when asked, and only what is severe enough', async () => {
      expect((await client.call('log_levels')).messages).to.have.length(1);
      const asked = await client.call('log_levels', {}, { meta: { [`${META}logLevel`]: 'info' } });
      const levels = asked.messages.flatMap(
        ({ params }) => (params as { level?: string } | undefined)?.level ?? [],
      );
      expect(levels).to.deep.equal(['info', 'error']);
    });

    it('check the headers that a tool wants repeated', async () => {
      const region = { region: 'eu west é' };
      const encoded = `=?base64?${Buffer.from(region.region).toString('base64')}?=`;
      expect(
        (await client.call('raw', region, { headers: { 'mcp-param-region': encoded } })).status,
      ).to.equal(200);
      for (const headers of [{}, { 'mcp-param-region': 'us' }, { 'mcp-param-region': '=?base64?!!?=' }]) {
        const reply = await client.call('raw', region, { headers });
        expect([reply.status, errorOf(reply.messages[0]).code]).to.deep.equal([400, -32020]);
      }
      expect((await client.call('raw', {})).status).to.equal(200);
    });
  });

  describe('children', () => {
    it('are kept for a principal, so that what a server remembers is there', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:memory');
      await mine.text('remember', { text: 'a' });
      expect(await mine.text('remember', { text: 'b' })).to.equal('["a","b"]');
    });

    it('are never those of another principal', async () => {
      const [a, b] = [
        new ModernClient(() => proxy.url, 'local:a'),
        new ModernClient(() => proxy.url, 'local:b'),
      ];
      expect(await a.text('pid')).not.to.equal(await b.text('pid'));
    });

    it('are told what their client can do', async () => {
      const told = JSON.parse(
        await client.text(
          'initialized_with',
          {},
          { capabilities: { sampling: {}, roots: { listChanged: true }, x: {} } },
        ),
      ) as { capabilities: object };
      expect(told.capabilities).to.deep.equal({ roots: {}, sampling: {} });
    });

    it('serve many calls at one time when nothing can be asked', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:many');
      const texts = await Promise.all(
        Array.from({ length: 20 }, (_, i) => mine.text('slow', { ms: 30, text: String(i) }, { id: i % 3 })),
      );
      expect(texts).to.deep.equal(Array.from({ length: 20 }, (_, i) => String(i)));
      const pids = await Promise.all([1, 2, 3].map(() => mine.text('pid')));
      expect(new Set(pids).size).to.equal(1);
    });

    it('that die fail their calls at once, and others come', async () => {
      const reply = await client.call('crash', {}, { id: 'c' });
      expect(reply.messages[0]).to.include({ id: 'c' });
      expect(errorOf(reply.messages[0]).message).to.include('exited with code 3');
      expect(await client.text('echo', { text: 'next' })).to.equal('next');
    });
  });

  describe('a client that closes the stream', () => {
    it('cancels the call in the child', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:leaving');
      const abort = new AbortController();
      const call = mine.call('never', {}, { signal: abort.signal }).catch(() => undefined);
      await until(async () => (await mine.text('received')).includes('never'));
      abort.abort();
      await call;
      await until(async () => (await mine.text('heard')).includes('notifications/cancelled'));
    });
  });
});
