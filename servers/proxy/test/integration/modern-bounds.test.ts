import { expect } from 'chai';
import { ACCEPT, Clients, sse } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { ModernClient, resultOf, textOf } from '../helpers/modern-client.ts';
import { startProxy, until, type RunningProxy } from '../helpers/proxy.ts';

const SAMPLING = { capabilities: { sampling: {} } };
const ELICITATION = { capabilities: { elicitation: {} } };
const SAMPLE = { role: 'assistant', model: 'm', content: { type: 'text', text: 'words' } };

describe('modern era under other conditions', () => {
  let proxy: RunningProxy;
  const client = new ModernClient(() => proxy.url);
  afterEach(() => proxy.close());

  it('gives a call that waits too long up', async () => {
    proxy = await startProxy({ limits: { sessionIdleMs: 300 } });
    const { requestState } = resultOf(await client.call('sample', { prompt: 'x' }, SAMPLING));
    await until(() => proxy.module.snapshot().pids.length === 0);
    const more = { inputResponses: { input_1: SAMPLE }, requestState };
    const reply = await client.call('sample', { prompt: 'x' }, SAMPLING, more);
    expect(errorOf(reply.messages[0]).code).to.equal(-32602);
  });

  it('serves everybody from one child with isolation shared, which may ask nothing', async () => {
    proxy = await startProxy({ isolation: 'shared' });
    const [a, b] = [
      new ModernClient(() => proxy.url, 'local:a'),
      new ModernClient(() => proxy.url, 'local:b'),
    ];
    expect(await a.text('pid')).to.equal(await b.text('pid'));
    const discovered = resultOf(await a.request('server/discover'));
    expect(discovered['capabilities']).to.deep.equal({
      tools: { listChanged: true },
      resources: { listChanged: true },
    });
    const asked = await a.call('sample', { prompt: 'x' }, SAMPLING);
    expect(JSON.parse(textOf(asked))).to.have.property('code', -32601);
    const legacy = new Clients(() => proxy.url);
    const session = await legacy.open();
    expect(await session.text('pid')).to.equal(await a.text('pid'));
    await legacy.end();
  });

  it('tells all who listen what has changed in a shared child', async () => {
    proxy = await startProxy({ isolation: 'shared' });
    const { body, headers } = client.message(
      'subscriptions/listen',
      { notifications: { toolsListChanged: true } },
      {},
    );
    const response = await fetch(proxy.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
      body: JSON.stringify(body),
    });
    const events = sse(response);
    await events.next();
    await new ModernClient(() => proxy.url, 'local:b').call('list_changed');
    expect((await events.next()).value?.data).to.include('notifications/tools/list_changed');
    await events.return(undefined);
  });

  it('keeps children within the user’s bound, and says so at once when none can be freed', async () => {
    proxy = await startProxy({ limits: { sessionsPerUser: 1 } });
    expect(await client.text('echo', { text: 'x' })).to.equal('x');
    expect(await client.text('echo', { text: 'y' }, SAMPLING)).to.equal('y');
    await until(() => proxy.module.snapshot().pids.length === 1);
    const busy = client.call('slow', { ms: 400, text: 'z' }, SAMPLING);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const refused = await client.call('echo', { text: 'x' }, ELICITATION);
    expect(refused.status).to.equal(429);
    expect(errorOf(refused.messages[0]).data['retryAfterMs']).to.be.greaterThan(0);
    expect(textOf(await busy)).to.equal('z');
  });

  it('bounds the requests in flight of a principal', async () => {
    proxy = await startProxy({ limits: { inFlight: 2 } });
    const waiting = [1, 2].map((id) => client.call('slow', { ms: 300, text: 'x' }, { id }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await client.call('echo', {}, { id: 3 })).status).to.equal(429);
    await Promise.all(waiting);
    expect(await client.text('echo', { text: 'x' })).to.equal('x');
  });

  it('keeps to the tools that the caller may use', async () => {
    proxy = await startProxy();
    const headers = { 'x-user-id': 'local:a', 'x-allowed-tools': 'echo' };
    const listed = resultOf(await client.request('tools/list', {}, { headers }));
    expect((listed['tools'] as { name: string }[]).map(({ name }) => name)).to.deep.equal(['echo']);
    expect(errorOf((await client.call('env', {}, { headers })).messages[0]).message).to.include(
      'not among those',
    );
  });

  it('ends calls that wait, and listeners, when the service stops', async () => {
    proxy = await startProxy();
    await client.call('sample', { prompt: 'x' }, SAMPLING);
    const began = Date.now();
    await proxy.module.close(2_000);
    expect(Date.now() - began).to.be.below(2_500);
    expect(proxy.module.snapshot().pids).to.deep.equal([]);
  });

  it('says at once that the service failed', async () => {
    proxy = await startProxy({ command: '/no/such/program' });
    await proxy.module.ready.catch(() => undefined);
    const reply = await client.request('server/discover', {}, { id: 'd' });
    expect([reply.status, reply.messages[0]?.['id']]).to.deep.equal([503, 'd']);
  });
});
