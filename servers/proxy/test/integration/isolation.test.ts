import { expect } from 'chai';
import { Clients, initializeBody, post, rawPost, sse } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { startProxy, until, type RunningProxy, type RunOverrides } from '../helpers/proxy.ts';

const as = (
  principal: string,
  initialize: Record<string, unknown> = {},
): { headers: Record<string, string>; initialize: Record<string, unknown> } => ({
  headers: { 'x-user-id': principal },
  initialize,
});

describe('isolation', () => {
  let proxy: RunningProxy;
  const clients = new Clients(() => proxy.url);
  const start = async (overrides: RunOverrides): Promise<void> => {
    proxy = await startProxy(overrides);
    await proxy.module.ready;
  };
  afterEach(async () => {
    await clients.end();
    await proxy.close();
  });

  describe('session', () => {
    it('gives each session a child of its own, which ends with it', async () => {
      await start({ isolation: 'session' });
      const [one, two] = [await clients.open(), await clients.open()];
      expect(await one.text('pid')).not.to.equal(await two.text('pid'));
      await one.end();
      await until(() => proxy.module.snapshot().pids.length === 1);
    });
  });

  describe('user', () => {
    it('gives the sessions of a principal one child, and another principal another', async () => {
      await start({ isolation: 'user' });
      const a1 = await clients.open(as('local:a'));
      const a2 = await clients.open(as('local:a'));
      const b = await clients.open(as('local:b'));
      expect(await a1.text('pid')).to.equal(await a2.text('pid'));
      expect(await a1.text('pid')).not.to.equal(await b.text('pid'));
    });

    it('starts one child for sessions that begin together', async () => {
      await start({ isolation: 'user' });
      const sessions = await Promise.all(Array.from({ length: 5 }, () => clients.open(as('local:a'))));
      const pids = await Promise.all(sessions.map((session) => session.text('pid')));
      expect(new Set(pids).size).to.equal(1);
    });

    it('goes on starting for the others when the first who asked leaves', async () => {
      await start({ isolation: 'user', limits: { sessionIdleMs: 60_000 } });
      const abort = new AbortController();
      const headers = { 'x-user-id': 'local:a' };
      const leaving = post(proxy.url, initializeBody(), headers, abort.signal).catch(() => undefined);
      const staying = clients.open(as('local:a'));
      setTimeout(() => abort.abort(), 10);
      await leaving;
      expect(await (await staying).text('echo', { text: 'here' })).to.equal('here');
    });

    it('tells the child once that its client is ready', async () => {
      await start({ isolation: 'user' });
      await clients.open(as('local:a'));
      const second = await clients.open(as('local:a'));
      expect(JSON.parse(await second.text('heard'))).to.deep.equal(['notifications/initialized']);
    });

    it('keeps the child for a while after the last session', async () => {
      await start({ isolation: 'user', limits: { sessionIdleMs: 700 } });
      const first = await clients.open(as('local:a'));
      const pid = await first.text('pid');
      await first.end();
      const second = await clients.open(as('local:a'));
      expect(await second.text('pid')).to.equal(pid);
      await second.end();
      await until(() => proxy.module.snapshot().pids.length === 0);
    });

    it('sends what the child asks to the session that has the only call in flight', async () => {
      await start({ isolation: 'user' });
      const quiet = await clients.open(as('local:a', { capabilities: { sampling: {} } }));
      const busy = await clients.open(as('local:a', { capabilities: { sampling: {} } }));
      const quietStream = sse(await quiet.listen());
      await quietStream.next();
      const busyStream = sse(await busy.listen());
      await busyStream.next();
      const call = busy.call('log', { count: 2 });
      expect((await call).messages.map(({ method }) => method ?? 'reply')).to.deep.equal([
        'notifications/message',
        'notifications/message',
        'reply',
      ]);
      await busy.call('list_changed');
      for (const stream of [quietStream, busyStream]) {
        const event = await stream.next();
        expect(JSON.parse(event.value?.data ?? '')).to.have.property(
          'method',
          'notifications/tools/list_changed',
        );
        await stream.return(undefined);
      }
    });

    it('answers a client of an older revision in that revision', async () => {
      await start({ isolation: 'user' });
      await clients.open(as('local:a'));
      const old = await clients.open(as('local:a', { protocolVersion: '2025-03-26' }));
      expect(old.headers['mcp-protocol-version']).to.equal('2025-03-26');
    });
  });

  describe('shared', () => {
    it('gives everybody one child that is a client of nobody', async () => {
      await start({ isolation: 'shared' });
      const a = await clients.open(as('local:a', { capabilities: { sampling: {} } }));
      const b = await clients.open(as('local:b'));
      expect(await a.text('pid')).to.equal(await b.text('pid'));
      expect(JSON.parse(await a.text('initialized_with'))).to.deep.include({ capabilities: {} });
      expect(JSON.parse(await a.text('heard'))).to.deep.equal(['notifications/initialized']);
    });

    it('advertises only what can be told apart', async () => {
      await start({ isolation: 'shared' });
      const reply = await post(proxy.url, initializeBody());
      const result = reply.messages[0]?.['result'] as { capabilities: object };
      expect(result.capabilities).to.deep.equal({
        tools: { listChanged: true },
        resources: { listChanged: true },
      });
    });

    it('keeps equal ids and tokens of different principals apart', async () => {
      await start({ isolation: 'shared' });
      const [a, b] = [await clients.open(as('local:a')), await clients.open(as('local:b'))];
      const meta = { progressToken: 1 };
      const [slow, fast] = await Promise.all([
        a.call('progress', { steps: 4 }, { meta }),
        b.call('progress', { steps: 2 }, { meta }),
      ]);
      expect([slow.messages.length, fast.messages.length]).to.deep.equal([5, 3]);
    });

    it('lets no logs, requests or cancellations of one principal reach another', async () => {
      await start({ isolation: 'shared' });
      const a = await clients.open(as('local:a', { capabilities: { sampling: {} } }));
      const b = await clients.open(as('local:b'));
      const slow = a.call('slow', { ms: 150, text: 'mine' }, { id: 7 });
      await b.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
      expect((await slow).text).to.include('mine');
      expect((await a.call('log', { count: 3 })).messages).to.have.length(1);
      expect(JSON.parse(await a.text('sample', { prompt: 'x' }))).to.have.property('code', -32601);
    });

    it('replaces a child that died before anybody asks', async () => {
      await start({ isolation: 'shared' });
      const session = await clients.open();
      const pid = await session.text('pid');
      await session.call('crash');
      await until(
        () =>
          proxy.module.snapshot().pids.length === 1 && !proxy.module.snapshot().pids.includes(Number(pid)),
      );
      expect(await session.text('echo', { text: 'back' })).to.equal('back');
    });

    it('cuts a reader off that takes nothing, so that the others go on', async () => {
      await start({ isolation: 'shared', limits: { queuedBytes: 262_144 } });
      const [slow, other] = [await clients.open(as('local:a')), await clients.open(as('local:b'))];
      const socket = rawPost(slow, {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'big', arguments: { bytes: 16 * 1024 * 1024 } },
      });
      socket.pause();
      let [cut, bytes] = [false, 0];
      socket.once('close', () => (cut = true)).on('error', () => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await other.text('echo', { text: 'mine' })).to.equal('mine');
      socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume();
      await until(() => cut);
      expect(bytes).to.be.below(16 * 1024 * 1024);
    });

    it('says by its health whether the child answers', async () => {
      await start({ isolation: 'shared' });
      const health = async (): Promise<unknown> => (await fetch(proxy.url.replace('/mcp', '/health'))).json();
      const session = await clients.open();
      await session.call('stop_reading', { ms: 4_000 });
      expect(await health()).to.deep.equal({ status: 'silent' });
    });

    it('is failed while its child keeps dying, and comes back', async () => {
      await start({ isolation: 'shared' });
      const session = await clients.open();
      for (let i = 0; i < 6 && proxy.module.snapshot().state !== 'failed'; i++) {
        await session.call('crash');
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(proxy.module.snapshot()).to.include({ state: 'failed' });
      const answer = (): Promise<string> => session.text('echo', { text: 'back' }).catch(() => 'not yet');
      await until(async () => (await answer()) === 'back');
      expect(proxy.module.snapshot()).to.include({ state: 'ready' });
    });
  });

  describe('arbitrary code', () => {
    it('serves the first principal and refuses a second with 403', async () => {
      await start({ arbitraryCode: true });
      await clients.open(as('local:a'));
      await clients.open(as('local:a'));
      const reply = await post(proxy.url, initializeBody(), { 'x-user-id': 'local:b' });
      expect(reply.status).to.equal(403);
      expect(reply.messages[0]).to.include({ id: 0 });
    });

    it('serves everybody where sharing was asked for', async () => {
      await start({ arbitraryCode: true, isolation: 'shared' });
      await clients.open(as('local:a'));
      await clients.open(as('local:b'));
    });
  });

  describe('tools allowed for the caller', () => {
    const allowed = { headers: { 'x-user-id': 'local:a', 'x-allowed-tools': 'echo,argv' } };

    it('are the only ones listed and the only ones called', async () => {
      await start({});
      const session = await clients.open(allowed);
      const listed = await session.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      const { tools } = listed.messages[0]?.['result'] as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).to.deep.equal(['echo', 'argv']);
      expect(await session.text('echo', { text: 'x' })).to.equal('x');
      const denied = await session.call('env', {}, { id: 'no' });
      expect(denied.messages[0]).to.include({ id: 'no' });
      expect(errorOf(denied.messages[0]).message).to.include('not among those allowed');
    });

    it('cannot be got around with a second name', async () => {
      await start({});
      const session = await clients.open(allowed);
      for (const params of [
        '{"name":"env","name":"echo"}',
        '{"Name":"env","name":"echo"}',
        '{"n\\u0061me":"env","name":"echo"}',
        '{}',
        '[]',
      ]) {
        const { text } = await session.post(
          `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`,
        );
        expect(text, params).to.include('"error"');
      }
    });

    it('are none when the list is empty', async () => {
      await start({});
      const session = await clients.open({ headers: { 'x-user-id': 'local:a', 'x-allowed-tools': '' } });
      const listed = await session.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      expect(listed.messages[0]).to.deep.nested.include({ 'result.tools': [] });
    });
  });
});
