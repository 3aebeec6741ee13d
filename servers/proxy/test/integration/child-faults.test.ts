import { expect } from 'chai';

import { Clients, initializeBody, post, RawSession, type RawReply } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { isAlive, startProxy, until, type RunningProxy, type RunOverrides } from '../helpers/proxy.ts';

const MIB = 1024 * 1024;

const textOf = ({ messages }: RawReply): string => {
  const result = messages.at(-1)?.['result'] as { content: { text: string }[] } | undefined;
  return result?.content[0]?.text ?? '';
};

describe('faults of children', () => {
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

  describe('a child', () => {
    it('that dies in mid-call fails its calls at once, and the session goes on', async () => {
      await start();
      const session = await clients.open();
      const pid = Number(await session.text('pid'));
      const waiting = session.call('never', {}, { id: 'lost' });
      const began = Date.now();
      const crashed = await session.call('crash', {}, { id: 'boom' });
      expect(crashed.status).to.equal(200);
      expect(crashed.messages[0]).to.include({ id: 'boom' });
      expect(errorOf(crashed.messages[0]).message).to.include('exited with code 3');
      expect((await waiting).messages[0]).to.include({ id: 'lost' });
      expect(Date.now() - began).to.be.below(2_000);
      expect(Number(await session.text('pid'))).not.to.equal(pid);
      expect(proxy.module.snapshot()).to.include({ restarts: 1, state: 'ready', sessions: 1 });
    });

    it('that is replaced is initialised as before and told the log level', async () => {
      await start();
      const session = await clients.open({ initialize: { clientInfo: { name: 'kept', version: '1' } } });
      await session.post({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'debug' } });
      await session.call('crash');
      expect(await session.text('initialized_with')).to.include('"kept"');
      expect(JSON.parse(await session.text('heard'))).to.deep.equal([
        'notifications/initialized',
        'level debug',
      ]);
    });

    it('that keeps dying is left alone for a while, which the error says', async () => {
      await start();
      const session = await clients.open();
      let last: RawReply | undefined;
      for (let i = 0; i < 4; i++) last = await session.call('crash');
      const error = errorOf(last?.messages[0]);
      expect(error.message).to.include('keeps ending by itself');
      expect(error.data['retryAfterMs']).to.be.greaterThan(0);
    });

    it('that dies after its answer lets the answer through', async () => {
      await start();
      const session = await clients.open();
      expect(await session.text('crash_after_reply')).to.equal('bye');
      await until(() => proxy.module.snapshot().restarts === 1);
      expect(await session.text('echo', { text: 'again' })).to.equal('again');
    });

    it('that writes garbage and half lines is still understood', async () => {
      await start();
      const session = await clients.open();
      expect(await session.text('garbage')).to.equal('after garbage');
      expect(proxy.logged.some((line) => line.includes('child wrote no message'))).to.equal(true);
    });

    it('that cuts a character in two is still understood', async () => {
      await start();
      const session = await clients.open();
      expect(await session.text('split_utf8')).to.equal('äöü€😀');
    });

    it('that writes lines of 20 MB is understood', async () => {
      await start();
      const session = await clients.open();
      expect((await session.text('big', { bytes: 20 * MIB })).length).to.equal(20 * MIB);
    });

    it('that writes a line beyond the limit fails that call only', async () => {
      await start({ limits: { lineBytes: MIB } });
      const session = await clients.open();
      const [big, small] = await Promise.all([
        session.call('big', { bytes: 2 * MIB }, { id: 'big' }),
        session.call('slow', { ms: 50, text: 'small' }),
      ]);
      expect(big.messages[0]).to.include({ id: 'big' });
      expect(errorOf(big.messages[0]).message).to.include('larger than the limit');
      expect(textOf(small)).to.equal('small');
    });

    it('that says nothing is given up after the deadline and told so', async () => {
      await start({ limits: { requestMs: 300 } });
      const session = await clients.open();
      const reply = await session.call('never', {}, { id: 'x' });
      expect(reply.messages[0]).to.include({ id: 'x' });
      expect(errorOf(reply.messages[0]).code).to.equal(-32001);
      expect(await session.text('heard')).to.match(/notifications\/cancelled \d+/);
    });

    it('that reports progress is given longer', async () => {
      await start({ limits: { requestMs: 400 } });
      const session = await clients.open();
      const { messages } = await session.call(
        'progress',
        { steps: 8, ms: 150 },
        { meta: { progressToken: 1 } },
      );
      expect(messages.at(-1)).to.have.property('result');
    });

    it('that floods stderr is drained, its secrets kept out of the log', async () => {
      await start();
      const session = await clients.open();
      expect(await session.text('stderr_flood', { lines: 20_000 })).to.equal('noisy');
      const noise = proxy.logged.filter((line) => line.includes('noise'));
      expect(noise.length).to.be.within(1, 500);
      expect(noise.join('\n')).not.to.include('abcdefghijklmnop');
    });

    it('that does not read holds its client back, and both go on later', async () => {
      await start({ limits: { queuedBytes: 64 * 1024 } });
      const session = await clients.open();
      await session.text('stop_reading');
      const text = 'z'.repeat(400_000);
      const replies = await Promise.all([1, 2, 3].map((id) => session.call('echo', { text }, { id })));
      for (const reply of replies) expect(textOf(reply)).to.equal(text);
    });

    it('that ignores end of input and SIGTERM is killed', async () => {
      await start({ env: { PATH: process.env['PATH'] ?? '', IGNORE_TERM: '1', IGNORE_EOF: '1' } });
      const session = await RawSession.open(proxy.url);
      const pid = Number(await session.text('pid'));
      await proxy.module.close(2_000);
      expect(isAlive(pid)).to.equal(false);
    });

    it('takes its own children with it', async () => {
      await start();
      const session = await RawSession.open(proxy.url);
      const orphan = Number(await session.text('orphan'));
      expect(isAlive(orphan)).to.equal(true);
      await session.end();
      await until(() => !isAlive(orphan));
    });

    it('is given its environment and nothing else', async () => {
      await start({ env: { PATH: process.env['PATH'] ?? '', ONLY: 'this' } });
      const session = await clients.open();
      expect(Object.keys(JSON.parse(await session.text('env')) as object).sort()).to.deep.equal([
        'ONLY',
        'PATH',
      ]);
    });
  });

  describe('a service', () => {
    it('whose command does not exist is failed and says so at once', async () => {
      proxy = await startProxy({ command: '/no/such/program' });
      const reason = await proxy.module.ready.then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      expect(reason).to.include('there is no program "/no/such/program"');
      expect(proxy.module.snapshot()).to.include({ state: 'failed' });
      const reply = await post(proxy.url, initializeBody());
      expect(reply.status).to.equal(503);
      expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
      expect(reply.messages[0]).to.include({ id: 0 });
    });

    it('that exits at once is failed with its last stderr lines, which clients do not see', async () => {
      proxy = await startProxy({ env: { PATH: process.env['PATH'] ?? '', FAIL_AT_START: '7' } });
      await proxy.module.ready.catch(() => undefined);
      expect(proxy.module.snapshot().error).to.match(/exited with code 7[^]*cannot find my database/);
      const reply = await post(proxy.url, initializeBody());
      expect(reply.text).to.include('exited with code 7').and.not.to.include('database');
      const health = await fetch(proxy.url.replace('/mcp', '/health'));
      expect(health.status).to.equal(503);
    });

    it('that fails keeps no process in store', async () => {
      proxy = await startProxy({ command: '/bin/sleep', args: ['60'], spares: 2, limits: { startMs: 200 } });
      await proxy.module.ready.catch(() => undefined);
      // Longer than a refill waits.
      await until(() => Date.now() - proxy.module.snapshot().since.getTime() > 400);
      await until(() => proxy.module.snapshot().pids.length === 0);
      expect(proxy.module.snapshot().state).to.equal('failed');
    });

    it('that never answers is failed after the start limit', async () => {
      proxy = await startProxy({ command: '/bin/sleep', args: ['60'], limits: { startMs: 200 } });
      await proxy.module.ready.catch(() => undefined);
      expect(proxy.module.snapshot().error).to.include('did not answer initialize within 200 ms');
    });
  });
});
