import { expect } from 'chai';
import { Clients, sse, sseMessages, ACCEPT } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { startProxy, type RunningProxy } from '../helpers/proxy.ts';

describe('streams of the legacy era', () => {
  let proxy: RunningProxy;
  before(async () => {
    proxy = await startProxy({}, { ownOrigins: true });
    await proxy.module.ready;
  });
  const clients = new Clients(() => proxy.url);
  afterEach(() => clients.end());
  after(() => proxy.close());

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

    it('by GET get what came while none was open', async () => {
      const session = await clients.open();
      await session.call('change_later', { ms: 10 });
      await new Promise((resolve) => setTimeout(resolve, 80));
      const abort = new AbortController();
      const events = sse(await session.listen({}, abort.signal));
      await events.next();
      expect((await events.next()).value?.data).to.include('notifications/tools/list_changed');
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

    it('find the client by GET when it has left the POST', async () => {
      const session = await clients.open({ initialize: { capabilities: { sampling: {} } } });
      const stop = new AbortController();
      const get = sse(await session.listen({}, stop.signal));
      await get.next();
      const leave = new AbortController();
      const response = await fetch(session.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: ACCEPT, ...session.headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'sample_later', arguments: { ms: 100 } },
        }),
        signal: leave.signal,
      });
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      leave.abort();
      expect((await get.next()).value?.data).to.include('sampling/createMessage');
      stop.abort();
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
});
