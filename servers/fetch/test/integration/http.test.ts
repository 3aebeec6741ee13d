import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { as, host, nativeOptions, textOf, type ToolResult } from '../../../kit/test/support/native.ts';
import { createFetch, type FetchOptions } from '../../src/index.ts';
import { opened, startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('fetch as an HTTP client', () => {
  let web: TestWeb;
  let fetching: TestFetch | undefined;
  let handler: Handler;

  before(async () => {
    web = await startWeb((request, response) => handler(request, response));
  });
  beforeEach(() => {
    web.hits.length = 0;
  });
  afterEach(async () => {
    await fetching?.close();
    fetching = undefined;
  });
  after(() => web.close());

  const start = async (options: Partial<FetchOptions> = {}): Promise<void> => {
    fetching = await startFetch({ ...opened(web), ...options });
  };
  const get = (
    pathname = '/page',
    args: Record<string, unknown> = {},
    name = 'web.test',
  ): Promise<ToolResult> =>
    fetching!.client.call('fetch', { url: `http://${name}:${web.port}${pathname}`, ...args });
  const fromCache = async (answer: Promise<ToolResult>): Promise<unknown> =>
    (await answer).structuredContent?.['from_cache'];

  describe('keeps a cache (RFC 9111)', () => {
    const serve = (headers: Record<string, string>): void => {
      handler = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/plain', ...headers }).end('x');
    };

    it('of what is fresh', async () => {
      await start();
      serve({ 'cache-control': 'max-age=60' });
      expect(await fromCache(get())).to.equal(false);
      expect(await fromCache(get())).to.equal(true);
      expect(web.hits).to.have.length(1);
    });

    for (const control of ['no-store', 'private, max-age=60', 'no-cache', 'max-age=0']) {
      it(`not of ${control}`, async () => {
        await start();
        serve({ 'cache-control': control });
        await get();
        expect(await fromCache(get())).to.equal(false);
        expect(web.hits).to.have.length(2);
      });
    }

    it('and asks whether a stale page has changed', async () => {
      await start();
      handler = (request, response) => {
        if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
        else
          response
            .writeHead(200, { etag: '"v1"', 'cache-control': 'max-age=0', 'content-type': 'text/plain' })
            .end('x');
      };
      await get();
      const again = await get();
      expect(again.structuredContent).to.include({ from_cache: true, content: 'x', status: 200 });
      expect(web.hits).to.have.length(2);
    });

    it('of nothing that was asked with headers of a caller', async () => {
      await start();
      serve({ 'cache-control': 'public, max-age=60' });
      await get('/page', { headers: { Authorization: 'Bearer mine' } });
      expect(await fromCache(get())).to.equal(false);
      expect(await fromCache(get('/page', { headers: { Authorization: 'Bearer mine' } }))).to.equal(false);
      expect(web.hits).to.have.length(3);
    });
  });

  describe('obeys robots.txt (RFC 9309)', () => {
    const robots = (status: number, text: string): void => {
      handler = (request, response) => {
        response.setHeader('content-type', 'text/plain');
        if (request.url === '/robots.txt') response.writeHead(status).end(text);
        else response.end('page');
      };
    };

    it('does not fetch what it forbids', async () => {
      await start({ robots: true });
      robots(200, 'User-agent: *\nDisallow: /private\nAllow: /private/open');
      expect(textOf(await get('/private/x'))).to.match(
        /^Refused: .*robots\.txt asks robots to leave \/private\/x alone/,
      );
      expect(textOf(await get('/private/open'))).to.include('page');
      expect(textOf(await get('/public'))).to.include('page');
      expect(web.hits).to.deep.equal(['GET /robots.txt', 'GET /private/open', 'GET /public']);
    });

    it('listens to its own name first', async () => {
      await start({ robots: true });
      robots(200, 'User-agent: *\nDisallow: /\n\nUser-agent: mcpgw-fetch\nDisallow: /no');
      expect(textOf(await get('/yes'))).to.include('page');
      expect(textOf(await get('/no'))).to.match(/^Refused/);
    });

    for (const [status, allowed] of [
      [404, true],
      [403, true],
      [410, true],
      [500, false],
      [503, false],
      [429, false],
    ] as const) {
      it(`takes ${status} for ${allowed ? 'no rules' : 'no permission'}`, async () => {
        await start({ robots: true });
        robots(status, 'User-agent: *\nDisallow: /');
        expect((await get('/x')).isError ?? false).to.equal(!allowed);
      });
    }

    it('asks at the host that a redirect leads to', async () => {
      await start({ robots: true });
      handler = (request, response) => {
        const other = request.headers.host?.startsWith('other') === true;
        if (request.url === '/robots.txt') response.end(other ? 'User-agent: *\nDisallow: /' : '');
        else response.writeHead(302, { location: `http://other.test:${web.port}/x` }).end();
      };
      expect(textOf(await get('/x'))).to.match(/^Refused: http:\/\/other\.test/);
    });

    it('is not led to an address that the guard refuses', async () => {
      await start({ robots: true });
      handler = (request, response) => {
        if (request.url === '/robots.txt')
          response.writeHead(302, { location: `http://127.0.0.1:${web.port}/secret` }).end();
        else response.end('page');
      };
      expect(textOf(await get('/x'))).to.match(/^Refused: /);
      expect(web.hits).to.deep.equal(['GET /robots.txt']);
    });

    it('unless the configuration says otherwise', async () => {
      await start({ robots: false });
      robots(200, 'User-agent: *\nDisallow: /');
      expect(textOf(await get('/x'))).to.include('page');
    });
  });

  it('shares what it remembers of a page with nobody who may not have it', async () => {
    await start();
    let count = 0;
    handler = (_request, response) =>
      response.setHeader('content-type', 'text/plain').end(`secret ${++count}`);
    const url = `http://web.test:${web.port}/mine`;
    const mine = await fetching!.connect(as('local:mine'));
    const theirs = await fetching!.connect(as('local:theirs'));
    await mine.call('fetch', { url, headers: { Authorization: 'Bearer mine' }, max_length: 3 });
    expect((await theirs.call('fetch', { url, start_index: 7 })).content[0]?.text).to.equal('2');
  });

  describe('over TLS', () => {
    const FOLDER = path.join(import.meta.dirname, '../fixtures/tls');
    const cert = readFileSync(path.join(FOLDER, 'web.test.cert.pem'), 'utf8');
    const key = readFileSync(path.join(FOLDER, 'web.test.key.pem'), 'utf8');
    let secure: TestWeb;

    before(async () => {
      secure = await startWeb(
        (_request, response) => response.setHeader('content-type', 'text/plain').end('secure'),
        { cert, key },
      );
    });
    after(() => secure.close());

    const over = async (name: string, ca: string | undefined): Promise<string> => {
      const options = opened(secure);
      await start({ ...options, world: { ...options.world, ca } });
      return textOf(await fetching!.client.call('fetch', { url: `https://${name}:${secure.port}/` }));
    };

    it('reads from a server that proves its name', async () => {
      expect(await over('web.test', cert)).to.include('secure');
    });
    it('refuses one that has the name of another', async () => {
      expect(await over('other.test', cert)).to.match(/cannot be reached: .*ERR_TLS_CERT_ALTNAME_INVALID/);
    });
    it('refuses one that nobody vouches for, whatever the environment says', async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        expect(await over('web.test', undefined)).to.match(/cannot be reached: .*SELF_SIGNED/);
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      }
      expect(secure.hits).to.have.length(1);
    });
  });

  describe('while it reads', () => {
    it('tells how far it is', async () => {
      handler = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 4000 });
        let sent = 0;
        const timer = setInterval(() => {
          response.write('x'.repeat(1000));
          sent += 1000;
          if (sent === 4000) {
            clearInterval(timer);
            response.end();
          }
        }, 300);
      };
      const hosted = await host(() => createFetch({ ...nativeOptions(), robots: false, ...opened(web) }));
      const client = new Client(
        { name: 'test', version: '1' },
        { versionNegotiation: { mode: { pin: '2026-07-28' } } },
      );
      await client.connect(new StreamableHTTPClientTransport(hosted.url));
      const seen: { progress: number; total?: number | undefined }[] = [];
      await client.callTool(
        { name: 'fetch', arguments: { url: `http://web.test:${web.port}/slow` } },
        { onprogress: (progress) => seen.push(progress) },
      );
      expect(seen.length).to.be.greaterThan(0);
      expect(seen[0]).to.include({ total: 4000 });
      await client.close();
      await hosted.close();
    });

    it('ends the download when the caller cancels', async () => {
      await start();
      const { promise: asked, resolve } = Promise.withResolvers<undefined>();
      handler = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('x', () => resolve(undefined));
      };
      const hosted = await host(() => createFetch({ ...nativeOptions(), robots: false, ...opened(web) }));
      const client = new Client(
        { name: 'test', version: '1' },
        { versionNegotiation: { mode: { pin: '2026-07-28' } } },
      );
      await client.connect(new StreamableHTTPClientTransport(hosted.url));
      const gone = new AbortController();
      const call = client.callTool(
        { name: 'fetch', arguments: { url: `http://web.test:${web.port}/slow` } },
        { signal: gone.signal },
      );
      call.catch(() => undefined);
      await asked;
      gone.abort();
      while (web.open() > 0) await new Promise((done) => setTimeout(done, 5));
      await client.close();
      await hosted.close();
    });
  });
});
