import { expect } from 'chai';
import { Clients, post, initializeBody, ACCEPT } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { startProxy, type RunningProxy } from '../helpers/proxy.ts';

describe('messages of the legacy era', () => {
  let proxy: RunningProxy;
  before(async () => {
    proxy = await startProxy({}, { ownOrigins: true });
    await proxy.module.ready;
  });
  const clients = new Clients(() => proxy.url);
  afterEach(() => clients.end());
  after(() => proxy.close());

  describe('initialize', () => {
    it('passes the child its client as it is and answers with a session id', async () => {
      const reply = await post(proxy.url, initializeBody({ clientInfo: { name: 'me', version: '9' } }));
      expect(reply.status).to.equal(200);
      expect(reply.headers.get('content-type')).to.equal('application/json');
      expect(reply.headers.get('mcp-session-id')).to.match(/^[\w-]{8}\.[\w-]{32}$/);
      expect(reply.messages[0]).to.have.nested.property('result.serverInfo.name', 'echo');
      expect(reply.messages[0]).to.have.property('id', 0);
    });

    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
      it(`settles on ${version} where both speak it`, async () => {
        const session = await clients.open({ initialize: { protocolVersion: version } });
        expect(session.headers['mcp-protocol-version']).to.equal(version);
        expect(await session.text('echo', { text: version })).to.equal(version);
      });
    }

    it('is refused without params', async () => {
      const reply = await post(proxy.url, { jsonrpc: '2.0', id: 'i', method: 'initialize' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 'i' });
      expect(errorOf(reply.messages[0]).code).to.equal(-32602);
    });

    it('is refused on a session that has begun', async () => {
      const session = await clients.open();
      expect((await session.post(initializeBody())).status).to.equal(400);
    });

    it('makes a new session when the one named has gone', async () => {
      const reply = await post(proxy.url, initializeBody(), { 'mcp-session-id': 'stale' });
      expect(reply.status).to.equal(200);
      expect(reply.headers.get('mcp-session-id')).not.to.equal('stale');
    });
  });

  describe('ids', () => {
    for (const id of [
      '1',
      '"one"',
      '"\\u0041\\n"',
      '0',
      '-7',
      '1.5',
      '9007199254740992',
      '9007199254740993',
      '1e3',
      '""',
    ]) {
      it(`come back to the letter: ${id}`, async () => {
        const session = await clients.open();
        const params = '{"name":"echo","arguments":{"text":"x"}}';
        const { text } = await session.post(
          `{"id":${id},"jsonrpc":"2.0","method":"tools/call","params":${params}}`,
        );
        expect(text.startsWith(`{"jsonrpc":"2.0","id":${id},"result":`), text).to.equal(true);
      });
    }

    for (const id of ['null', 'true', '{}', '[1]', `"${'x'.repeat(2000)}"`]) {
      it(`of another kind are refused: ${id.slice(0, 20)}`, async () => {
        const session = await clients.open();
        const reply = await session.post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
        expect(reply.status).to.equal(400);
        expect(errorOf(reply.messages[0]).code).to.equal(-32600);
      });
    }
  });

  it('hands numbers in params on as they were written', async () => {
    const session = await clients.open();
    const args = '{"a":12345678901234567890.10,"b":1e400,"c":-0}';
    const { messages } = await session.post(
      `{"jsonrpc":"2.0","id":1,\n"method":"tools/call",\r\n"params":{"name":"raw","arguments":\n${args}}}`,
    );
    const result = messages[0]?.['result'] as { content: { text: string }[] };
    expect(result.content[0]?.text).to.include(args);
  });

  it('writes the envelope anew, so that a second id or method never reaches the child', async () => {
    const session = await clients.open();
    const { messages } = await session.post(
      '{"id":77,"ID":78,"jsonrpc":"2.0","method":"nope","method":"tools/call","extra":1,"params":{"name":"raw"},"\\u0069d":5}',
    );
    expect(messages[0]?.['id']).to.equal(5);
    const seen = (messages[0]?.['result'] as { content: { text: string }[] }).content[0]?.text ?? '';
    expect(seen).to.match(/^\{"jsonrpc":"2.0","id":\d+,"method":"tools\/call","params":\{"name":"raw"\}\}$/);
  });

  it('answers notifications and responses with 202 and no body', async () => {
    const session = await clients.open();
    for (const body of [
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      { jsonrpc: '2.0', id: 99, result: {} },
    ]) {
      const reply = await session.post(body);
      expect([reply.status, reply.text]).to.deep.equal([202, '']);
    }
    expect(JSON.parse(await session.text('heard'))).to.deep.equal([
      'notifications/initialized',
      'notifications/roots/list_changed',
    ]);
  });

  it('passes an error of the child on untouched', async () => {
    const session = await clients.open();
    const { status, messages } = await session.call('no such tool');
    expect(status).to.equal(200);
    expect(messages[0]).to.deep.equal({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: 'Unknown tool no such tool' },
    });
  });

  describe('bodies', () => {
    for (const body of ['', '{', '{"jsonrpc":"2.0","id":1,}', 'nonsense', '\u0000']) {
      it(`that are no JSON are refused: ${JSON.stringify(body)}`, async () => {
        const reply = await post(proxy.url, body);
        expect(reply.status).to.equal(400);
        expect(errorOf(reply.messages[0]).code).to.equal(-32700);
      });
    }

    it('that are no UTF-8 are refused', async () => {
      const response = await fetch(proxy.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: ACCEPT },
        body: Buffer.from([0x22, 0xff, 0x22]),
      });
      expect(response.status).to.equal(400);
    });

    for (const body of [
      '1',
      '"x"',
      '{}',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '{"jsonrpc":"2.0","id":1,"method":7}',
    ]) {
      it(`that are no message are refused: ${body}`, async () => {
        const session = await clients.open();
        const reply = await session.post(body);
        expect(reply.status).to.equal(400);
        expect(errorOf(reply.messages[0]).code).to.equal(-32600);
      });
    }
  });

  describe('batches', () => {
    it('are served in 2025-03-26, each answer once', async () => {
      const session = await clients.open({ initialize: { protocolVersion: '2025-03-26' } });
      const call = (id: unknown, ms: number): object => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'slow', arguments: { ms, text: String(id) } },
      });
      const reply = await session.post([
        call('a', 30),
        { jsonrpc: '2.0', method: 'notifications/x' },
        call(2, 5),
      ]);
      expect(reply.status).to.equal(200);
      expect(reply.text.startsWith('[')).to.equal(true);
      expect(reply.messages.map(({ id }) => id)).to.have.members(['a', 2]);
    });

    it('become a stream when anything else comes first', async () => {
      const session = await clients.open({ initialize: { protocolVersion: '2025-03-26' } });
      const call = (id: unknown, name: string): object => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name, arguments: { steps: 2, text: 'x' }, _meta: { progressToken: 't' } },
      });
      const reply = await session.post([call(1, 'echo'), call(2, 'progress')]);
      expect(reply.headers.get('content-type')).to.equal('text/event-stream');
      expect(reply.messages.filter((message) => 'result' in message).map(({ id }) => id)).to.deep.equal([
        1, 2,
      ]);
    });

    it('with nothing to answer are accepted', async () => {
      const session = await clients.open({ initialize: { protocolVersion: '2025-03-26' } });
      expect((await session.post([{ jsonrpc: '2.0', method: 'notifications/x' }])).status).to.equal(202);
    });

    it('are refused where the revision has none, when empty, and with initialize in them', async () => {
      const modern = await clients.open();
      const old = await clients.open({ initialize: { protocolVersion: '2025-03-26' } });
      expect((await modern.post([{ jsonrpc: '2.0', id: 1, method: 'ping' }])).status).to.equal(400);
      expect((await old.post('[]')).status).to.equal(400);
      expect((await old.post([initializeBody()])).status).to.equal(400);
    });
  });

  it('puts a trace id into every refusal and into the log', async () => {
    const reply = await post(proxy.url, { jsonrpc: '2.0', id: 3, method: 'tools/list' });
    const { traceId } = errorOf(reply.messages[0]).data;
    expect(traceId).to.match(/^[0-9a-f]{16}$/);
    expect(proxy.logged.some((line) => line.includes(String(traceId)))).to.equal(true);
  });

  it('answers health without a child', async () => {
    const before = proxy.module.snapshot().pids.length;
    const response = await fetch(proxy.url.replace('/mcp', '/health'));
    expect([response.status, await response.json()]).to.deep.equal([200, { status: 'ready' }]);
    expect(proxy.module.snapshot().pids.length).to.equal(before);
  });

  it('knows no other path', async () => {
    expect((await fetch(proxy.url.replace('/mcp', '/'))).status).to.equal(404);
  });
});
