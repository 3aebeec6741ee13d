import { expect } from 'chai';
import { ACCEPT, sse } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { META, ModernClient } from '../helpers/modern-client.ts';
import { startProxy, until, type RunningProxy } from '../helpers/proxy.ts';

describe('subscriptions of the modern era', () => {
  let proxy: RunningProxy;
  const client = new ModernClient(() => proxy.url);
  before(async () => {
    proxy = await startProxy({ limits: { sessions: 64, sessionsPerUser: 32 } }, { ownOrigins: true });
    await proxy.module.ready;
  });
  after(() => proxy.close());

  describe('subscriptions/listen', () => {
    const listen = async (
      mine: ModernClient,
      notifications: object,
      id: unknown = 'listen',
    ): Promise<{ events: ReturnType<typeof sse>; stop: () => void }> => {
      const abort = new AbortController();
      const { body, headers } = mine.message('subscriptions/listen', { notifications }, { id });
      const response = await fetch(proxy.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
        body: JSON.stringify(body),
        signal: abort.signal,
      });
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      return { events: sse(response), stop: () => abort.abort() };
    };
    const next = async (events: ReturnType<typeof sse>): Promise<Record<string, unknown>> =>
      JSON.parse((await events.next()).value?.data ?? '{}') as Record<string, unknown>;

    it('acknowledges what it honours, then says what changed, under its id', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:l1');
      const { events, stop } = await listen(mine, { toolsListChanged: true, promptsListChanged: true });
      const tag = { [`${META}subscriptionId`]: 'listen' };
      expect(await next(events)).to.deep.include({
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true }, _meta: tag },
      });
      await mine.call('list_changed');
      expect(await next(events)).to.deep.include({
        method: 'notifications/tools/list_changed',
        params: { _meta: tag },
      });
      stop();
    });

    it('says nothing that was not asked for, nor of another principal', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:l2');
      const other = new ModernClient(() => proxy.url, 'local:l3');
      const { events, stop } = await listen(mine, {
        resourcesListChanged: true,
        resourceSubscriptions: ['echo:a'],
      });
      await next(events);
      await mine.call('list_changed');
      await other.call('touch', { uri: 'echo:a' });
      await mine.call('touch', { uri: 'echo:b' });
      await mine.call('touch', { uri: 'echo:a' });
      expect(await next(events)).to.deep.nested.include({ 'params.uri': 'echo:a' });
      stop();
    });

    it('subscribes in the child, once, and unsubscribes when it ends', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:l4');
      const uris = ['echo:x', 'echo:forbidden'];
      const one = await listen(mine, { resourceSubscriptions: uris });
      const two = await listen(mine, { resourceSubscriptions: ['echo:x'] });
      expect(await next(one.events)).to.deep.nested.include({
        'params.notifications': { resourceSubscriptions: ['echo:x'] },
      });
      await next(two.events);
      one.stop();
      two.stop();
      await until(async () => (await mine.text('heard')).includes('unsubscribe echo:x'));
      const heard = JSON.parse(await mine.text('heard')) as string[];
      expect(heard.filter((line) => line.endsWith('subscribe echo:x'))).to.deep.equal([
        'subscribe echo:x',
        'unsubscribe echo:x',
      ]);
    });

    it('ends in order when its child is gone, or when there is nothing to hear', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:l5');
      const { events } = await listen(mine, { toolsListChanged: true }, 5);
      await next(events);
      await mine.call('crash');
      expect(await next(events)).to.deep.include({ id: 5 });
      const nothing = await listen(mine, { promptsListChanged: true }, 6);
      await next(nothing.events);
      expect(await next(nothing.events)).to.deep.nested.include({ id: 6, 'result.resultType': 'complete' });
    });

    it('needs to know what to listen for', async () => {
      for (const notifications of [
        undefined,
        7,
        { resourceSubscriptions: 'x' },
        { resourceSubscriptions: [7] },
      ]) {
        const reply = await client.request('subscriptions/listen', { notifications });
        expect(errorOf(reply.messages[0]).code).to.equal(-32602);
      }
    });

    it('is open to so many of one principal', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:l6');
      const open = await Promise.all(
        Array.from({ length: 16 }, (_, i) => listen(mine, { toolsListChanged: true }, i)),
      );
      const reply = await mine.request('subscriptions/listen', { notifications: { toolsListChanged: true } });
      expect(reply.status).to.equal(429);
      for (const { stop } of open) stop();
    });
  });
});
