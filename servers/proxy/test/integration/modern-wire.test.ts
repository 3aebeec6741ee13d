import { expect } from 'chai';
import { ACCEPT, Clients, post, sse } from '../helpers/client.ts';
import { errorOf } from '../helpers/errors.ts';
import { META, ModernClient, resultOf, textOf, VERSION } from '../helpers/modern-client.ts';
import { startProxy, until, type RunningProxy } from '../helpers/proxy.ts';

const SAMPLING = { capabilities: { sampling: {} } };
const ELICITATION = { capabilities: { elicitation: {} } };
const SAMPLE = { role: 'assistant', model: 'm', content: { type: 'text', text: 'words' } };

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

  describe('questions of the child', () => {
    it('end the exchange with input_required, and the answer goes on with the call', async () => {
      const first = resultOf(await client.call('sample', { prompt: 'why' }, SAMPLING));
      expect(first.resultType).to.equal('input_required');
      const [[key, asked] = []] = Object.entries(first.inputRequests ?? {});
      expect(asked?.method).to.equal('sampling/createMessage');
      expect(JSON.stringify(asked?.params)).to.include('why');
      const again = { inputResponses: { [key ?? '']: SAMPLE }, requestState: first.requestState };
      const second = await client.call('sample', { prompt: 'why' }, { ...SAMPLING, id: 'again' }, again);
      expect(second.messages[0]).to.include({ id: 'again' });
      expect(JSON.parse(textOf(second))).to.deep.equal(SAMPLE);
    });

    it('may come in several rounds, each with a state of its own', async () => {
      const answer = (text: string): object => ({ action: 'accept', content: { text } });
      const one = resultOf(await client.call('ask_twice', {}, ELICITATION));
      const [keyOne = ''] = Object.keys(one.inputRequests ?? {});
      const two = resultOf(
        await client.call('ask_twice', {}, ELICITATION, {
          inputResponses: { [keyOne]: answer('1') },
          requestState: one.requestState,
        }),
      );
      expect(two.requestState).not.to.equal(one.requestState);
      const [keyTwo = ''] = Object.keys(two.inputRequests ?? {});
      const three = await client.call('ask_twice', {}, ELICITATION, {
        inputResponses: { [keyTwo]: answer('2') },
        requestState: two.requestState,
      });
      expect(JSON.parse(textOf(three))).to.deep.equal([answer('1'), answer('2')]);
    });

    it('are asked again when the answer is missing or is none', async () => {
      let result = resultOf(await client.call('sample', { prompt: 'x' }, SAMPLING));
      const [key = ''] = Object.keys(result.inputRequests ?? {});
      for (const inputResponses of [{}, { other: SAMPLE }, { [key]: 7 }, { [key]: {} }, null]) {
        result = resultOf(
          await client.call('sample', { prompt: 'x' }, SAMPLING, {
            inputResponses,
            requestState: result.requestState,
          }),
        );
        expect(result.resultType).to.equal('input_required');
        expect(Object.keys(result.inputRequests ?? {})).to.deep.equal([key]);
      }
    });

    it('for what the client cannot do fail the call with -32021', async () => {
      const reply = await client.call('sample', { prompt: 'x' }, { id: 'cannot' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 'cannot' });
      expect(errorOf(reply.messages[0])).to.deep.nested.include({
        code: -32021,
        'data.requiredCapabilities': { sampling: {} },
      });
      const url = await client.call('ask_url', {}, ELICITATION);
      expect(errorOf(url.messages[0]).data['requiredCapabilities']).to.deep.equal({
        elicitation: { url: {} },
      });
    });

    describe('answered with a requestState', () => {
      const begin = async (
        principal: string,
      ): Promise<{ mine: ModernClient; state: string; key: string }> => {
        const mine = new ModernClient(() => proxy.url, principal);
        const { requestState = '', inputRequests = {} } = resultOf(
          await mine.call('sample', { prompt: 'x' }, SAMPLING),
        );
        return { mine, state: requestState, key: Object.keys(inputRequests)[0] ?? '' };
      };
      const refused = async (reply: Promise<Parameters<typeof resultOf>[0]>): Promise<void> => {
        expect(errorOf((await reply).messages[0]).code).to.equal(-32602);
      };

      it('that was changed are refused', async () => {
        const { mine, state, key } = await begin('local:s1');
        const inputResponses = { [key]: SAMPLE };
        const flipped = state.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
        for (const requestState of [`${state}x`, flipped, state.replace('.1.', '.2.'), '', 'x', 7]) {
          await refused(mine.call('sample', { prompt: 'x' }, SAMPLING, { inputResponses, requestState }));
        }
      });

      it('of another principal are refused', async () => {
        const { state, key } = await begin('local:s2');
        const thief = new ModernClient(() => proxy.url, 'local:s3');
        await refused(
          thief.call('sample', { prompt: 'x' }, SAMPLING, {
            inputResponses: { [key]: SAMPLE },
            requestState: state,
          }),
        );
      });

      it('of another call are refused', async () => {
        const { mine, state, key } = await begin('local:s4');
        const more = { inputResponses: { [key]: SAMPLE }, requestState: state };
        await refused(mine.call('sample', { prompt: 'y' }, SAMPLING, more));
        await refused(mine.call('ask_twice', { prompt: 'x' }, SAMPLING, more));
      });

      it('that was used are refused', async () => {
        const { mine, state, key } = await begin('local:s5');
        const more = { inputResponses: { [key]: SAMPLE }, requestState: state };
        expect((await mine.call('sample', { prompt: 'x' }, SAMPLING, more)).text).to.include('words');
        await refused(mine.call('sample', { prompt: 'x' }, SAMPLING, more));
      });

      it('are accepted whatever the order of the arguments', async () => {
        const mine = new ModernClient(() => proxy.url, 'local:s6');
        const { requestState, inputRequests = {} } = resultOf(
          await mine.call('sample', { prompt: 'x', extra: { a: 1, b: 2 } }, SAMPLING),
        );
        const [key = ''] = Object.keys(inputRequests);
        const more = { inputResponses: { [key]: SAMPLE }, requestState };
        const reply = await mine.call('sample', { extra: { b: 2, a: 1 }, prompt: 'x' }, SAMPLING, more);
        expect(textOf(reply)).to.include('words');
      });
    });

    it('that nobody answers give way when their process is needed', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:forgetful');
      const states: unknown[] = [];
      for (let i = 0; i < 10; i++) {
        states.push(resultOf(await mine.call('sample', { prompt: String(i) }, SAMPLING)).requestState);
      }
      const [oldest, newest] = [states[0], states[9]];
      const answer = { inputResponses: { input_1: SAMPLE } };
      const late = await mine.call('sample', { prompt: '0' }, SAMPLING, { ...answer, requestState: oldest });
      expect(errorOf(late.messages[0]).code).to.equal(-32602);
      const inTime = await mine.call('sample', { prompt: '9' }, SAMPLING, {
        ...answer,
        requestState: newest,
      });
      expect(textOf(inTime)).to.include('words');
    });
  });

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
