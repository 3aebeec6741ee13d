import { expect } from 'chai';
import { connect } from 'node:net';
import {
  ACCEPT,
  Clients,
  initializeBody,
  post,
  rawPost,
  RawSession,
  type RawReply,
} from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { isAlive, startProxy, until, type RunningProxy, type RunOverrides } from '../helpers/proxy.ts';

const MIB = 1024 * 1024;

const textOf = ({ messages }: RawReply): string => {
  const result = messages.at(-1)?.['result'] as { content: { text: string }[] } | undefined;
  return result?.content[0]?.text ?? '';
};

describe('robustness', () => {
  let proxy: RunningProxy;
  const clients = new Clients(() => proxy.url);
  const start = async (overrides: RunOverrides = {}): Promise<void> => {
    proxy = await startProxy(overrides);
    await proxy.module.ready;
  };
  afterEach(async () => {
    await clients.end();
    await proxy.close();
  });

  describe('ids', () => {
    beforeEach(() => start());

    it('that are equal on one session get an answer each', async () => {
      const session = await clients.open();
      const replies = await Promise.all([
        session.call('slow', { ms: 80, text: 'slow' }, { id: 1 }),
        session.call('echo', { text: 'fast' }, { id: 1 }),
        session.call('slow', { ms: 40, text: 'middle' }, { id: 1 }),
      ]);
      expect(replies.map(textOf)).to.deep.equal(['slow', 'fast', 'middle']);
    });

    it('that are equal on two sessions get an answer each', async () => {
      const [one, two] = await Promise.all([clients.open(), clients.open()]);
      const replies = await Promise.all([
        one.call('slow', { ms: 50, text: 'one' }),
        two.call('slow', { ms: 20, text: 'two' }),
      ]);
      expect(replies.map(textOf)).to.deep.equal(['one', 'two']);
    });

    it('of a hundred interleaved calls find their answers', async () => {
      const session = await clients.open();
      const batches = [0, 1].map(async (half) => {
        for (let round = 0; round < 2; round++) {
          const calls = Array.from({ length: 25 }, (_, i) => {
            const text = `${half}-${round}-${i}`;
            return session
              .call('slow', { ms: (i * 7) % 30, text }, { id: i % 5 })
              .then((reply) => [textOf(reply), text]);
          });
          for (const [got, sent] of await Promise.all(calls)) expect(got).to.equal(sent);
        }
      });
      await Promise.all(batches);
    });
  });

  describe('bodies', () => {
    it('up to the limit reach the child whole', async () => {
      await start();
      const session = await clients.open();
      for (const bytes of [1_000, 150_000, MIB, 31 * MIB]) {
        const text = 'b'.repeat(bytes);
        expect((await session.text('echo', { text })) === text, String(bytes)).to.equal(true);
      }
    });

    for (const [how, headers] of [
      ['announced', {}],
      ['in chunks', { 'transfer-encoding': 'chunked' }],
    ] as const) {
      it(`over the limit are refused with 413 that names it (${how})`, async () => {
        await start({ limits: { bodyBytes: MIB } });
        const body = JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'ping',
          params: { x: 'x'.repeat(2 * MIB) },
        });
        const stream = new Blob([body]).stream();
        const response = await fetch(proxy.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: ACCEPT },
          ...('transfer-encoding' in headers ? { body: stream, duplex: 'half' } : { body }),
        });
        expect(response.status).to.equal(413);
        const message = (await response.json()) as Record<string, unknown>;
        expect(errorOf(message).message).to.include(String(MIB));
      });
    }
  });

  describe('bounds', () => {
    it('on sessions are said with a hint when to try again, and free up', async () => {
      await start({ limits: { sessions: 2, sessionsPerUser: 2 } });
      const first = await clients.open();
      await clients.open();
      const refused = await post(proxy.url, initializeBody(), { 'x-user-id': 'local:other' });
      expect(refused.status).to.equal(429);
      expect(refused.headers.get('retry-after')).to.match(/^\d+$/);
      expect(errorOf(refused.messages[0]).data['retryAfterMs']).to.be.greaterThan(0);
      await first.end();
      await clients.open({ headers: { 'x-user-id': 'local:other' } });
    });

    it('on the sessions of one user leave room for others', async () => {
      await start({ limits: { sessions: 4, sessionsPerUser: 1 } });
      await clients.open({ headers: { 'x-user-id': 'local:a' } });
      expect((await post(proxy.url, initializeBody(), { 'x-user-id': 'local:a' })).status).to.equal(429);
      await clients.open({ headers: { 'x-user-id': 'local:b' } });
    });

    it('on requests in flight are said at once', async () => {
      await start({ limits: { inFlight: 2 } });
      const session = await clients.open();
      const waiting = [1, 2].map((id) => session.call('slow', { ms: 200, text: 'x' }, { id }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const refused = await session.call('echo', { text: 'x' }, { id: 3 });
      expect(refused.status).to.equal(429);
      expect(refused.messages[0]).to.include({ id: 3 });
      await Promise.all(waiting);
    });

    it('on idle sessions count requests, not open streams', async () => {
      await start({ limits: { sessionIdleMs: 300 } });
      const session = await RawSession.open(proxy.url);
      const stream = await session.listen();
      expect(proxy.module.snapshot().pids).to.have.length(1);
      await until(() => proxy.module.snapshot().sessions === 0);
      await stream.text();
      await until(() => proxy.module.snapshot().pids.length === 0);
      expect((await session.call('echo')).status).to.equal(404);
    });

    it('on the lifetime of sessions end them with an error for what is in flight', async () => {
      await start({ limits: { sessionMaxMs: 400 } });
      const session = await RawSession.open(proxy.url);
      const reply = await session.call('never', {}, { id: 'late' });
      expect(reply.messages[0]).to.include({ id: 'late' });
      expect(errorOf(reply.messages[0]).message).to.include('lifetime');
    });
  });

  describe('clients', () => {
    it('that do not read hold their child back instead of growing memory', async () => {
      await start({ limits: { queuedBytes: MIB } });
      const session = await clients.open();
      const flood = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'flood', arguments: { count: 400, bytes: 256 * 1024 } },
      };
      const before = process.memoryUsage.rss();
      const socket = rawPost(session, flood);
      socket.pause();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(process.memoryUsage.rss() - before).to.be.below(60 * MIB);
      let bytes = 0;
      let tail = '';
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        tail = (tail + chunk.toString()).slice(-200);
      });
      socket.resume();
      await until(() => tail.includes('sent 400'), 15_000);
      expect(bytes).to.be.greaterThan(400 * 256 * 1024);
      socket.destroy();
    });

    it('that leave at any point leave nothing behind', async () => {
      await start({ limits: { sessionIdleMs: 400 } });
      const body = JSON.stringify(initializeBody());
      const head = `POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: ${ACCEPT}\r\ncontent-length: ${body.length}\r\n\r\n`;
      for (const sent of [head.slice(0, 20), head, head + body.slice(0, 30), head + body]) {
        for (const afterMs of [0, 5, 60]) {
          const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
          socket.on('error', () => undefined);
          socket.write(sent);
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          socket.destroy();
        }
      }
      await until(
        () => proxy.module.snapshot().sessions === 0 && proxy.module.snapshot().pids.length === 0,
        8_000,
      );
      await clients.open();
    });
  });

  it('ends within its grace with calls in flight, which get an error', async () => {
    await start();
    const session = await RawSession.open(proxy.url);
    const waiting = session.call('never', {}, { id: 'mine' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const pids = proxy.module.snapshot().pids;
    const began = Date.now();
    await proxy.module.close(1_000);
    expect(Date.now() - began).to.be.below(2_000);
    expect((await waiting).messages[0]).to.include({ id: 'mine' });
    expect(pids.filter(isAlive)).to.deep.equal([]);
    const refused = await session.call('echo', {}, { id: 'after' });
    expect([refused.status, refused.messages[0]?.['id']]).to.deep.equal([503, 'after']);
  });
});
