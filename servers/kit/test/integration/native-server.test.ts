import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import type { Limits } from '../../src/contract/index.ts';
import { createNativeServer, defineTool, type Call } from '../../src/mcp/index.ts';
import { LIMITS, host, nativeOptions, type Hosted } from '../support/native.ts';
import { callTool, initialize, messageOf, modern, post } from '../support/raw.ts';

describe('a native server', () => {
  let hosted: Hosted;
  let calls: Call[];
  let release: () => void;

  const start = async (
    changes: { limits?: Partial<Limits>; origins?: string[]; sessions?: boolean } = {},
  ) => {
    const { promise: held, resolve } = Promise.withResolvers<undefined>();
    release = () => resolve(undefined);
    calls = [];
    const hold = defineTool({
      name: 'hold',
      title: 'Hold',
      description: 'Answers when the test says so.',
      input: z.strictObject({}),
      output: z.object({ aborted: z.boolean() }),
      annotations: {},
      run: async (_input, call) => {
        calls.push(call);
        await call.progress(1, 2, 'holding');
        await Promise.race([held, new Promise((done) => call.signal.addEventListener('abort', done))]);
        return { text: 'released', data: { aborted: call.signal.aborted } };
      },
    });
    const broken = defineTool({
      name: 'broken',
      title: 'Broken',
      description: 'Fails.',
      input: z.strictObject({}),
      output: z.object({}),
      annotations: {},
      run: () => {
        throw new Error('password=hunter2');
      },
    });
    hosted = await host(() =>
      createNativeServer({
        ...nativeOptions({
          limits: { ...LIMITS, ...changes.limits },
          ...(changes.origins && { origins: changes.origins }),
        }),
        spec: { name: 'test', title: 'Test', instructions: '', tools: [hold, broken] },
        sessions: changes.sessions ?? false,
      }),
    );
  };
  const called = async (count = 1): Promise<void> => {
    while (calls.length < count) await new Promise((done) => setTimeout(done, 5));
  };
  const errorWord = async (response: Response): Promise<unknown> =>
    ((await response.json()) as { error?: unknown }).error;

  afterEach(async () => {
    release();
    await hosted.close();
  });

  describe('on its paths', () => {
    it('tells its health', async () => {
      await start();
      const response = await fetch(new URL('/health', hosted.url));
      expect(response.status).to.equal(200);
      expect(await response.json()).to.deep.equal({ status: 'ready', name: 'test', version: '1.2.3' });
    });

    it('is not healthy while it stops', async () => {
      await start();
      const stopping = hosted.module.close(1000);
      expect((await fetch(new URL('/health', hosted.url))).status).to.equal(503);
      await stopping;
    });

    for (const [method, path, status] of [
      ['GET', '/', 404],
      ['POST', '/mcp/', 404],
      ['POST', '/MCP', 404],
      ['GET', '/mcp', 405],
      ['PUT', '/mcp', 405],
      ['POST', '/health', 404],
    ] as const) {
      it(`answers ${method} ${path} with ${status}`, async () => {
        await start();
        expect((await fetch(new URL(path, hosted.url), { method })).status).to.equal(status);
      });
    }
  });

  describe('with own origins', () => {
    /** By socket: fetch sets Host itself. */
    const ask = async (hostName: string, origin?: string): Promise<string> => {
      const socket = connect(Number(hosted.url.port), '127.0.0.1');
      const body = JSON.stringify(initialize);
      const lines = [
        'POST /mcp HTTP/1.1',
        `Host: ${hostName}`,
        ...(origin === undefined ? [] : [`Origin: ${origin}`]),
        'Content-Type: application/json',
        'Accept: application/json, text/event-stream',
        'Connection: close',
        `Content-Length: ${body.length}`,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return chunk.toString().slice(9, 12);
    };
    beforeEach(() => start({ origins: ['http://mcp.example:8080'] }));

    it('answers under its own Host', async () => expect(await ask('mcp.example:8080')).to.equal('200'));
    it('tells its health under any', async () =>
      expect((await fetch(new URL('/health', hosted.url))).status).to.equal(200));
    it('refuses another Host', async () => expect(await ask('evil.example:8080')).to.equal('403'));
    it('answers a page of its own', async () =>
      expect(await ask('mcp.example:8080', 'http://mcp.example:8080')).to.equal('200'));
    it('refuses a foreign page', async () =>
      expect(await ask('mcp.example:8080', 'https://evil.example')).to.equal('403'));
  });

  describe('with a body', () => {
    it('takes JSON only', async () => {
      await start();
      const response = await post(hosted.url, initialize, { 'content-type': 'text/plain' });
      expect(response.status).to.equal(415);
      expect(await errorWord(response)).to.equal('unsupported_media_type');
    });

    it('says that it is not JSON, with a trace id', async () => {
      await start();
      const trace = '0af7651916cd43dd8448eb211c80319c';
      const response = await post(hosted.url, '{"jsonrpc":', {
        traceparent: `00-${trace}-b7ad6b7169203331-01`,
      });
      expect(response.status).to.equal(400);
      expect(await response.json()).to.include({ error: 'invalid_body', trace_id: trace });
    });

    it('refuses what is too long, declared or not', async () => {
      await start({ limits: { bodyBytes: 1000 } });
      const long = JSON.stringify({ ...initialize, padding: 'x'.repeat(2000) });
      expect((await post(hosted.url, long)).status).to.equal(413);
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(long));
          controller.close();
        },
      });
      const chunked = await fetch(hosted.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: stream,
        duplex: 'half',
      });
      expect(chunked.status).to.equal(413);
    });
  });

  describe('within its bounds', () => {
    it('refuses more requests at a time than it may have, and takes them again afterwards', async () => {
      await start({ limits: { inFlight: 2 } });
      const held = [post(hosted.url, callTool('hold')), post(hosted.url, callTool('hold'))];
      await called(2);
      const refused = await post(hosted.url, callTool('hold'));
      expect(refused.status).to.equal(503);
      expect(refused.headers.get('retry-after')).to.equal('1');
      release();
      for (const response of await Promise.all(held)) expect(response.status).to.equal(200);
      expect((await post(hosted.url, callTool('hold'))).status).to.equal(200);
    });

    it('ends a call that takes too long, and tells the tool', async () => {
      await start({ limits: { requestMs: 100 } });
      const { headers, body } = modern('tools/call', { name: 'hold', arguments: {} });
      const response = await post(hosted.url, body, headers);
      expect(response.status).to.equal(504);
      expect(calls[0]?.signal.aborted).to.equal(true);
    });

    it('tells the tool when a modern client has gone (MCP 2026-07-28, "Cancellation")', async () => {
      await start();
      const { headers, body } = modern('tools/call', { name: 'hold', arguments: {} });
      const gone = new AbortController();
      const pending = post(hosted.url, body, headers, gone.signal).catch(() => undefined);
      await called();
      gone.abort();
      await pending;
      const { signal } = calls[0]!;
      if (!signal.aborted) await once(signal, 'abort');
    });
  });

  describe('while it stops', () => {
    it('finishes what is in flight and refuses the rest', async () => {
      await start();
      const held = post(hosted.url, callTool('hold'));
      await called();
      const stopped = hosted.module.close(5000);
      const refused = await post(hosted.url, callTool('hold'));
      expect(refused.status).to.equal(503);
      expect(await errorWord(refused)).to.equal('stopping');
      release();
      expect(await messageOf(await held)).to.have.nested.property('result.content[0].text', 'released');
      await stopped;
    });

    it('does not wait longer than the grace', async () => {
      await start();
      const { headers, body } = modern('tools/call', { name: 'hold', arguments: {} });
      const held = post(hosted.url, body, headers).catch(() => undefined);
      await called();
      await hosted.module.close(50);
      await held;
      expect(calls[0]?.signal.aborted).to.equal(true);
    });

    it('ends the streams that stay open', async () => {
      await start({ sessions: true });
      const opened = await post(hosted.url, initialize);
      await opened.text();
      const session = opened.headers.get('mcp-session-id')!;
      const stream = await fetch(hosted.url, {
        headers: { accept: 'text/event-stream', 'mcp-session-id': session },
      });
      const listening = modern('subscriptions/listen', { notifications: {} });
      const subscription = await post(hosted.url, listening.body, listening.headers);
      await hosted.module.close(5000);
      await stream.text();
      await subscription.text();
    });
  });

  describe('counting', () => {
    it('counts calls and errors', async () => {
      await start();
      release();
      await post(hosted.url, callTool('hold'));
      await post(hosted.url, callTool('broken'));
      await post(hosted.url, callTool('missing'));
      await post(hosted.url, 'x');
      expect(hosted.module.snapshot()).to.include({
        state: 'ready',
        calls: 3,
        errors: 3,
        restarts: 0,
        sessions: 0,
      });
    });

    it('keeps the words of a defect out of the answer', async () => {
      await start();
      const message = await messageOf(await post(hosted.url, callTool('broken')));
      expect(JSON.stringify(message)).not.to.include('hunter2');
      expect(message).to.have.nested.property('result.isError', true);
    });
  });

  describe('with progress', () => {
    it('streams to a legacy client that asks for it', async () => {
      await start();
      release();
      const request = callTool('hold');
      const response = await post(hosted.url, {
        ...request,
        params: { ...request.params, _meta: { progressToken: 'p1' } },
      });
      const text = await response.text();
      expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
      expect(text).to.include('"progressToken":"p1"').and.include('holding').and.include('released');
    });

    it('answers plain JSON to one that does not', async () => {
      await start();
      release();
      const response = await post(hosted.url, callTool('hold'));
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(response.headers.get('cache-control')).to.equal('no-store');
      await response.text();
    });
  });
});
