import { expect } from 'chai';
import { Clients, post, initializeBody, RawSession, sse, sseMessages, ACCEPT } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { startProxy, type RunningProxy } from '../helpers/proxy.ts';

describe('legacy era on the wire', () => {
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

  describe('streams', () => {
    it('carry progress under the client’s own token, with event ids and a priming event', async () => {
      const session = await clients.open();
      const { text, headers, messages } = await session.call(
        'progress',
        { steps: 2 },
        { meta: { progressToken: 'mine' } },
      );
      expect(headers.get('content-type')).to.equal('text/event-stream');
      expect(text).to.match(/^id: \d+-0\nretry: \d+\ndata: \n\n/);
      expect(messages.map(({ method, id }) => method ?? id)).to.deep.equal([
        'notifications/progress',
        'notifications/progress',
        1,
      ]);
      expect(messages[0]).to.have.nested.property('params.progressToken', 'mine');
    });

    it('have no priming event for clients that cannot read one', async () => {
      const session = await clients.open({ initialize: { protocolVersion: '2025-06-18' } });
      const { text } = await session.call('progress', { steps: 1 }, { meta: { progressToken: 7 } });
      expect(text).to.match(/^event: message\nid: \d+-1\ndata: \{/);
    });

    it('keep two calls with one token apart', async () => {
      const session = await clients.open();
      const [five, three] = await Promise.all([
        session.call('progress', { steps: 5 }, { id: 1, meta: { progressToken: 'same' } }),
        session.call('progress', { steps: 3 }, { id: 2, meta: { progressToken: 'same' } }),
      ]);
      const totals = ({ messages }: typeof five): unknown[] =>
        messages.flatMap((message) => (message['params'] as { total?: number } | undefined)?.total ?? []);
      expect(totals(five)).to.deep.equal([5, 5, 5, 5, 5]);
      expect(totals(three)).to.deep.equal([3, 3, 3]);
    });

    it('by GET send their headers at once and carry what the server says of itself', async () => {
      const session = await clients.open();
      const abort = new AbortController();
      const stream = await session.listen({}, abort.signal);
      expect(stream.status).to.equal(200);
      expect(stream.headers.get('x-accel-buffering')).to.equal('no');
      const events = sse(stream);
      expect((await events.next()).value).to.include({ data: '' });
      await session.call('list_changed');
      const event = await events.next();
      expect(JSON.parse(event.value?.data ?? '')).to.have.property(
        'method',
        'notifications/tools/list_changed',
      );
      abort.abort();
    });

    it('by GET get what came before the first of them was open', async () => {
      const session = await clients.open();
      const slow = session.call('slow', { ms: 50, text: 'x' });
      const abort = new AbortController();
      await slow;
      await session.call('crash_after_reply');
      const stream = await session.listen({}, abort.signal);
      expect(stream.status).to.equal(200);
      abort.abort();
    });

    it('by GET need a client that takes them', async () => {
      const session = await clients.open();
      expect((await session.listen({ accept: 'application/json' })).status).to.equal(406);
    });

    it('are resumed after the last event that was seen', async () => {
      const session = await clients.open();
      const abort = new AbortController();
      const response = await fetch(session.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: ACCEPT, ...session.headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 'long',
          method: 'tools/call',
          params: { name: 'progress', arguments: { steps: 6, ms: 40 }, _meta: { progressToken: 1 } },
        }),
        signal: abort.signal,
      });
      const events = sse(response);
      await events.next();
      const first = await events.next();
      abort.abort();
      const resumed = await session.listen({ 'last-event-id': first.value?.id ?? '' });
      const messages = sseMessages(await resumed.text());
      const progress = messages.flatMap(
        ({ params }) => (params as { progress?: number } | undefined)?.progress ?? [],
      );
      expect(progress).to.deep.equal([2, 3, 4, 5, 6]);
      expect(messages.at(-1)).to.have.property('id', 'long');
    });

    it('cannot be resumed after an event that is unknown', async () => {
      const session = await clients.open();
      for (const id of ['99-1', 'nonsense', '1-999999999999']) {
        expect((await session.listen({ 'last-event-id': id })).status).to.equal(400);
      }
    });
  });

  describe('requests of the server', () => {
    it('go with the POST that is in flight and are answered by another', async () => {
      const session = await clients.open({ initialize: { capabilities: { sampling: {} } } });
      const response = await fetch(session.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: ACCEPT, ...session.headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'sample', arguments: { prompt: 'hello' } },
        }),
      });
      const events = sse(response);
      await events.next();
      const asked = JSON.parse((await events.next()).value?.data ?? '') as { id: number; method: string };
      expect(asked.method).to.equal('sampling/createMessage');
      expect(asked.id).to.be.a('number');
      const answered = await session.post({
        jsonrpc: '2.0',
        id: asked.id,
        result: { model: 'm', role: 'assistant' },
      });
      expect(answered.status).to.equal(202);
      const reply = JSON.parse((await events.next()).value?.data ?? '') as {
        result: { content: { text: string }[] };
      };
      expect(reply.result.content[0]?.text).to.equal('{"model":"m","role":"assistant"}');
    });

    it('for what the client has not declared are refused in its place', async () => {
      const session = await clients.open();
      expect(JSON.parse(await session.text('sample', { prompt: 'x' }))).to.have.property('code', -32601);
    });
  });

  describe('cancellation', () => {
    it('reaches the child under the id it knows, and ends the POST', async () => {
      const session = await clients.open();
      const call = session.call('never', {}, { id: 'stop me' });
      const cancelled = {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 'stop me', reason: 'enough' },
      };
      expect((await session.post(cancelled)).status).to.equal(202);
      expect(errorOf((await call).messages[0]).code).to.equal(-32800);
      expect(await session.text('heard')).to.match(/notifications\/cancelled \d+/);
    });

    it('of an id that two calls share hits neither', async () => {
      const session = await clients.open();
      const calls = [
        session.call('slow', { ms: 150, text: 'a' }),
        session.call('slow', { ms: 150, text: 'b' }),
      ];
      await new Promise((resolve) => setTimeout(resolve, 30));
      await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
      const texts = (await Promise.all(calls)).map(({ text }) => text);
      expect(texts[0]).to.include('"a"');
      expect(texts[1]).to.include('"b"');
    });

    it('is not what a disconnect means', async () => {
      const session = await clients.open();
      const abort = new AbortController();
      const params = { name: 'slow', arguments: { ms: 100, text: 'x' } };
      const call = session.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, abort.signal);
      setTimeout(() => abort.abort(), 30);
      await call.catch(() => undefined);
      expect(await session.text('heard')).not.to.include('cancelled');
    });
  });

  describe('sessions', () => {
    it('end with DELETE and are 404 from then on', async () => {
      const session = await clients.open();
      expect((await session.end()).status).to.equal(200);
      const reply = await session.call('echo', { text: 'x' }, { id: 'late' });
      expect(reply.status).to.equal(404);
      expect(reply.messages[0]).to.include({ id: 'late' });
      expect((await session.end()).status).to.equal(404);
      expect((await session.listen()).status).to.equal(404);
    });

    it('belong to the principal that made them', async () => {
      const session = await clients.open({ headers: { 'x-user-id': 'github:1' } });
      const stolen = new RawSession(proxy.url, { ...session.headers, 'x-user-id': 'github:2' });
      expect((await stolen.call('echo', { text: 'x' })).status).to.equal(404);
      expect((await stolen.listen()).status).to.equal(404);
      expect((await stolen.end()).status).to.equal(404);
      expect(await session.text('echo', { text: 'mine' })).to.equal('mine');
    });

    it('must be named', async () => {
      const reply = await post(proxy.url, { jsonrpc: '2.0', id: 3, method: 'tools/list' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 3 });
    });

    for (const id of ['', ' ', '../../etc', '__proto__', 'x'.repeat(4000), 'a, b']) {
      it(`under a hostile name are unknown: ${JSON.stringify(id.slice(0, 12))}`, async () => {
        const reply = await post(
          proxy.url,
          { jsonrpc: '2.0', id: 1, method: 'ping' },
          { 'mcp-session-id': id },
        );
        expect([400, 404]).to.include(reply.status);
      });
    }
  });

  describe('headers', () => {
    it('with an unknown MCP-Protocol-Version are refused', async () => {
      const session = await clients.open();
      session.headers['mcp-protocol-version'] = '1999-01-01';
      const reply = await session.call('echo', { text: 'x' }, { id: 'v' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 'v' });
    });

    it('need no MCP-Protocol-Version', async () => {
      const session = await clients.open();
      delete session.headers['mcp-protocol-version'];
      expect(await session.text('echo', { text: 'x' })).to.equal('x');
    });

    for (const accept of ['application/json', 'text/event-stream', 'text/html']) {
      it(`that accept only ${accept} are refused with 406`, async () => {
        const reply = await post(proxy.url, initializeBody(), { accept });
        expect(reply.status).to.equal(406);
        expect(reply.messages[0]).to.include({ id: 0 });
      });
    }

    it('may accept everything', async () => {
      expect((await post(proxy.url, initializeBody(), { accept: '*/*' })).status).to.equal(200);
    });

    for (const type of ['text/plain', 'application/json; charset=latin1', '']) {
      it(`with content type ${JSON.stringify(type)} are refused with 415`, async () => {
        expect((await post(proxy.url, initializeBody(), { 'content-type': type })).status).to.equal(415);
      });
    }

    it('with a foreign Origin are refused with 403', async () => {
      for (const origin of ['http://evil.example.com', 'null']) {
        expect((await post(proxy.url, initializeBody(), { origin })).status).to.equal(403);
      }
    });

    it('with a method of another kind are told which there are', async () => {
      const response = await fetch(proxy.url, { method: 'PUT', body: '{}' });
      expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'GET, POST, DELETE']);
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
