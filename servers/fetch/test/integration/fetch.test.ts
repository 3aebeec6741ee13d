import { expect } from 'chai';
import { brotliCompressSync, gzipSync, deflateSync } from 'node:zlib';
import { textOf, type ToolResult } from '../../../kit/test/support/native.ts';
import { startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

describe('fetch', () => {
  let web: TestWeb;
  let fetching: TestFetch;

  before(async () => {
    web = await startWeb((request, response) => {
      const url = new URL(request.url ?? '/', 'http://web.test');
      switch (url.pathname) {
        case '/page': response.setHeader('content-type', 'text/html'); response.end('<title>T</title><h1>Head</h1><p>Body'); return;
        default: response.statusCode = 404; response.end('nothing here');
      }
    });
    fetching = await startFetch({ access: { internal: [`web.test:${web.port}`] }, world: { resolve: async () => ['127.0.0.1'] } });
  });
  after(async () => { await fetching.close(); await web.close(); });
  const get = (path: string, args: Record<string, unknown> = {}): Promise<ToolResult> => fetching.client.call('fetch', { url: `http://web.test:${web.port}${path}`, ...args });

  it('x', async () => {
    console.log(JSON.stringify(await get('/page')));
    console.log(textOf(await get('/nope')));
    console.log(textOf(await fetching.client.call('fetch', { url: `http://localhost:${web.port}/page` })));
  });
});
