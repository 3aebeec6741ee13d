import { expect } from 'chai';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { LIMITS, textOf, type ToolResult } from '../../../kit/test/support/native.ts';
import { opened, startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('fetch, from a server that is hostile or broken', () => {
  let web: TestWeb;
  let fetching: TestFetch;
  /** One that gives up after 2 s. */
  let hasty: TestFetch;
  let handler: Handler;

  before(async () => {
    web = await startWeb((request, response) => handler(request, response));
    fetching = await startFetch(opened(web));
    hasty = await startFetch({ ...opened(web), limits: { ...LIMITS, requestMs: 3000 } });
  });
  beforeEach(() => {
    web.hits.length = 0;
  });
  after(async () => {
    await fetching.close();
    await hasty.close();
    await web.close();
  });

  let serial = 0;
  /** A new address each time, so that no test sees the cache of another. */
  const address = (host = 'web.test'): string => `http://${host}:${web.port}/${++serial}`;
  const get = (args: Record<string, unknown> = {}): Promise<ToolResult> =>
    fetching.client.call('fetch', { url: address(), ...args });
  const getHastily = (): Promise<ToolResult> => hasty.client.call('fetch', { url: address() });
  const serve = (
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'text/plain' },
  ): void => {
    handler = (_request, response) => response.writeHead(200, headers).end(body);
  };

  describe('with a compressed body', () => {
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
      ['deflate', deflateSync],
    ] as const) {
      it(`undoes ${encoding}`, async () => {
        serve(compress('compressed'), { 'content-type': 'text/plain', 'content-encoding': encoding });
        expect((await get()).content[0]?.text).to.equal('compressed');
      });
    }

    it('stops a bomb at the limit', async () => {
      serve(gzipSync(Buffer.alloc(200_000_000, 'a')), {
        'content-type': 'text/plain',
        'content-encoding': 'gzip',
      });
      const before = process.memoryUsage().arrayBuffers;
      const { structuredContent } = await get();
      expect(structuredContent).to.include({ truncated: true, total_length: 5 * 1_048_576 });
      expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(50_000_000);
    });

    it('says that it is not what its header says', async () => {
      serve('plain', { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
      expect(textOf(await get())).to.include('not compressed as its headers say');
      serve('plain', { 'content-type': 'text/plain', 'content-encoding': 'compress' });
      expect(textOf(await get())).to.include('was not asked for');
    });
  });

  describe('within its bounds', () => {
    it('ends an endless page at the limit, and the connection with it', async () => {
      let sent = 0;
      handler = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        const more = (): void => {
          sent += 65_536;
          if (!response.destroyed) response.write('x'.repeat(65_536), more);
        };
        more();
      };
      const { structuredContent } = await get();
      expect(structuredContent).to.include({ truncated: true });
      expect(sent).to.be.lessThan(20_000_000);
      while (web.open() > 0) await new Promise((done) => setTimeout(done, 5));
    });

    it('gives up on a server that does not answer', async () => {
      handler = () => undefined;
      expect(textOf(await getHastily())).to.include('not there within 2 s');
    });

    it('gives up on a server that trickles', async () => {
      handler = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        const timer = setInterval(() => response.write('x'), 50);
        response.once('close', () => clearInterval(timer));
      };
      expect(textOf(await getHastily())).to.include('not there within 2 s');
    });

    it('says that nobody listens', async () => {
      const dead = await startWeb(() => undefined);
      await dead.close();
      const other = await startFetch({ ...opened(dead) });
      expect(textOf(await other.client.call('fetch', { url: `http://web.test:${dead.port}/` }))).to.include(
        'ECONNREFUSED',
      );
      await other.close();
    });

    for (const [title, bytes] of [
      ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
      ['breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: text/plain\r\n\r\nshort'],
      ['sends endless headers', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
      ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
      [
        'smuggles a second length',
        'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      ],
    ] as const) {
      it(`says so when a server ${title}`, async () => {
        handler = (request) => void request.socket.end(bytes);
        const result = await get();
        expect(result.isError).to.equal(true);
        expect(textOf(result)).to.match(/broken|broke off|switches/);
      });
    }

    it('survives a page that is made to hurt', async () => {
      serve('<div>'.repeat(900_000), { 'content-type': 'text/html' });
      const result = await getHastily();
      expect(result.isError).to.equal(true);
      expect(textOf(result)).to.match(/cannot be converted|not there within/);
      serve('<p>fine', { 'content-type': 'text/html' });
      // A thread that has to be started again may take its time on a busy machine.
      let text = '';
      while (text !== 'fine') text = (await getHastily()).content[0]?.text ?? '';
    });

    it('converts several pages at a time', async () => {
      handler = (request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${request.url ?? ''}</p>`);
      const urls = Array.from({ length: 6 }, () => address());
      const results = await Promise.all(urls.map((url) => get({ url })));
      expect(results.map((it) => it.content[0]?.text)).to.deep.equal(
        urls.map((url) => new URL(url).pathname),
      );
    });
  });
});
