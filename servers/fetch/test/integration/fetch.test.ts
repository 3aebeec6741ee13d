import { expect } from 'chai';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { as, textOf, type ToolResult } from '../../../kit/test/support/native.ts';
import { opened, startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('fetch', () => {
  let web: TestWeb;
  let fetching: TestFetch;
  let handler: Handler;

  before(async () => {
    web = await startWeb((request, response) => handler(request, response));
    fetching = await startFetch(opened(web));
  });
  beforeEach(() => {
    web.hits.length = 0;
  });
  after(async () => {
    await fetching.close();
    await web.close();
  });

  let serial = 0;
  /** A new address each time, so that no test sees the cache of another. */
  const address = (host = 'web.test'): string => `http://${host}:${web.port}/${++serial}`;
  const get = (args: Record<string, unknown> = {}): Promise<ToolResult> =>
    fetching.client.call('fetch', { url: address(), ...args });
  const serve = (
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'text/plain' },
  ): void => {
    handler = (_request, response) => response.writeHead(200, headers).end(body);
  };

  describe('by type', () => {
    it('shows text as it is', async () => {
      serve('a < b\n');
      const result = await get();
      expect(result.content[0]?.text).to.equal('a < b\n');
      expect(result.structuredContent).to.include({
        status: 200,
        content_type: 'text/plain',
        content: 'a < b\n',
      });
    });

    it('lays JSON out, unless the source is asked for', async () => {
      serve('{"a":[1,{}]}', { 'content-type': 'application/vnd.api+json' });
      expect((await get()).content[0]?.text).to.equal('{\n  "a": [\n    1,\n    {}\n  ]\n}');
      expect((await get({ raw: true })).content[0]?.text).to.equal('{"a":[1,{}]}');
    });

    it('shows JSON that is none as it came', async () => {
      serve('{"a":', { 'content-type': 'application/json' });
      expect((await get()).content[0]?.text).to.equal('{"a":');
    });

    it('shows the source of a page when asked', async () => {
      serve('<p>Hi', { 'content-type': 'text/html' });
      expect((await get({ raw: true })).content[0]?.text).to.equal('<p>Hi');
    });

    it('shows an image as an image', async () => {
      serve(PNG, { 'content-type': 'image/png' });
      const { content } = await get();
      expect(content[1]).to.deep.equal({
        type: 'image',
        data: PNG.toString('base64'),
        mimeType: 'image/png',
      });
    });

    it('believes the bytes of an image, not its header', async () => {
      serve(PNG, { 'content-type': 'image/jpeg' });
      expect((await get()).content[1]).to.include({ mimeType: 'image/png' });
      serve('<script>alert(1)</script>', { 'content-type': 'image/png' });
      expect(textOf(await get())).to.include('says that it is an image, and is none');
    });

    it('refuses an image that is too large', async () => {
      serve(Buffer.concat([PNG, Buffer.alloc(4_000_000)]), { 'content-type': 'image/png' });
      expect(textOf(await get())).to.include('larger than');
    });

    for (const type of ['application/pdf', 'application/zip', 'video/mp4', 'application/octet-stream']) {
      it(`refuses ${type} in words, without reading it`, async () => {
        let sent = 0;
        handler = (_request, response) => {
          response.writeHead(200, { 'content-type': type });
          const more = (): void => {
            sent += 65_536;
            if (!response.destroyed && sent < 50_000_000) response.write(Buffer.alloc(65_536), more);
          };
          more();
        };
        const result = await get();
        expect(result.isError).to.equal(true);
        expect(textOf(result)).to.include(`is ${type}, which cannot be shown`);
        expect(sent).to.be.lessThan(10_000_000);
      });
    }

    it('looks at the bytes where no type is named', async () => {
      serve('<!DOCTYPE html><p>x</p>', {});
      expect((await get()).content[0]?.text).to.equal('x');
      serve('just text', {});
      expect((await get()).content[0]?.text).to.equal('just text');
      serve(Buffer.from([0x7f, 0x45, 0, 1]), {});
      expect(textOf(await get())).to.include('binary data without a type');
    });

    it('shows the answer of a server that says no', async () => {
      handler = (_request, response) =>
        response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Members only</h1>');
      const result = await get();
      expect(result.isError).to.equal(true);
      expect(textOf(result)).to.match(/answers 403 Forbidden\.\n\nMembers only$/);
    });
  });

  describe('by encoding of characters', () => {
    const text = 'Grüße – 港';
    const cases: [string, Buffer, Record<string, string>, string][] = [
      [
        'UTF-8, said by the header',
        Buffer.from(text),
        { 'content-type': 'text/plain; charset="UTF-8"' },
        text,
      ],
      ['UTF-8, said by nobody', Buffer.from(text), { 'content-type': 'text/plain' }, text],
      [
        'a byte order mark over the header',
        Buffer.from(`\ufeff${text}`),
        { 'content-type': 'text/plain; charset=latin1' },
        text,
      ],
      ['UTF-16 with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), { 'content-type': 'text/plain' }, text],
      [
        'Latin-1, said by the header',
        Buffer.from('Grüße', 'latin1'),
        { 'content-type': 'text/plain; charset=iso-8859-1' },
        'Grüße',
      ],
      [
        'Windows-1252, said by nobody',
        Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65, 0x80]),
        { 'content-type': 'text/plain' },
        'Grüße€',
      ],
      ['Shift_JIS', Buffer.from([0x8d, 0x60]), { 'content-type': 'text/plain; charset=Shift_JIS' }, '港'],
      [
        'a charset that does not exist',
        Buffer.from(text),
        { 'content-type': 'text/plain; charset=utf-9' },
        text,
      ],
    ];
    for (const [title, bytes, headers, expected] of cases) {
      it(title, async () => {
        serve(bytes, headers);
        expect((await get()).content[0]?.text).to.equal(expected);
      });
    }
    it('what a page says of itself', async () => {
      serve(Buffer.from('<meta charset="windows-1251"><p>\xcf\xee\xf0\xf2</p>', 'latin1'), {
        'content-type': 'text/html',
      });
      const { structuredContent } = await get();
      expect(structuredContent).to.include({ content: 'Порт', charset: 'windows-1251' });
    });
  });

  describe('in parts', () => {
    it('gives all of a long page, without a gap', async () => {
      const text = Array.from({ length: 500 }, (_, i) => `${i}🐧`).join(' ');
      serve(text);
      const url = address();
      let [all, start]: [string, number | undefined] = ['', 0];
      while (start !== undefined) {
        const { structuredContent } = await get({ url, start_index: start, max_length: 333 });
        all += String(structuredContent?.['content']);
        start = structuredContent?.['next_index'] as number | undefined;
      }
      expect(all).to.equal(text);
    });

    it('keeps to the text it has begun with, for the same caller', async () => {
      let version = 0;
      handler = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/plain' }).end(`${++version}`.repeat(50));
      const url = address();
      await get({ url, max_length: 10 });
      expect((await get({ url, max_length: 10, start_index: 10 })).structuredContent).to.include({
        content: '1'.repeat(10),
      });
      const other = await fetching.connect(as('local:other'));
      const theirs = await other.call('fetch', { url, max_length: 10, start_index: 10 });
      expect(theirs.structuredContent).to.include({ content: '2'.repeat(10) });
    });

    it('says where the text ends and how to go on', async () => {
      serve('0123456789');
      const url = address();
      expect(textOf(await get({ url, max_length: 4 }))).to.include(
        'characters 0 to 4 of 10. Call again with start_index=4 for more.',
      );
      expect(textOf(await get({ url, start_index: 10 }))).to.include(
        'has 10 characters: start_index is past its end',
      );
    });
  });

  describe('by method', () => {
    it('posts a body', async () => {
      handler = (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () =>
          response.end(`${request.method ?? ''} ${request.headers['content-type'] ?? ''} ${body}`),
        );
      };
      const result = await get({
        method: 'POST',
        body: '{"a":1}',
        headers: { 'Content-Type': 'application/json' },
      });
      expect(result.content[0]?.text).to.equal('POST application/json {"a":1}');
    });

    it('gives the headers of a HEAD, whatever the status', async () => {
      handler = (_request, response) =>
        response.writeHead(404, { 'x-note': 'n', 'content-type': 'application/zip' }).end();
      const { structuredContent, isError } = await get({ method: 'HEAD' });
      expect(isError).not.to.equal(true);
      expect(structuredContent).to.include({ status: 404 });
      expect(structuredContent?.['headers']).to.include({ 'x-note': 'n' });
    });

    it('has no body to send with GET', async () => {
      expect(textOf(await get({ body: 'x' }))).to.include('A GET has no body');
      expect(web.hits).to.deep.equal([]);
    });

    it('sends what is asked for, and says who it is', async () => {
      handler = (request, response) => response.end(JSON.stringify(request.headers));
      const sent = JSON.parse(
        (await get({ headers: { 'X-Note': 'n', Accept: 'text/csv' }, raw: true })).content[0]?.text ?? '',
      ) as object;
      expect(sent).to.include({
        'x-note': 'n',
        accept: 'text/csv',
        connection: 'close',
        host: `web.test:${web.port}`,
      });
      expect(sent)
        .to.have.property('user-agent')
        .that.matches(/^mcpgw-fetch/);
    });
  });

  describe('at a redirect', () => {
    const redirect = (status: number, to: () => string): void => {
      handler = (request, response) => {
        if (request.url?.startsWith('/to') !== true) response.writeHead(status, { location: to() }).end();
        else response.end(`${request.method ?? ''} ${JSON.stringify(request.headers)}`);
      };
    };

    it('follows, and says where it has been led', async () => {
      redirect(302, () => Buffer.from('/to/ä b?q=ü').toString('latin1'));
      const { structuredContent } = await get();
      const target = `http://web.test:${web.port}/to/%C3%A4%20b?q=%C3%BC`;
      expect(structuredContent).to.deep.include({ url: target, redirects: [target] });
    });

    it('takes no credentials along to another origin', async () => {
      redirect(307, () => `http://other.test:${web.port}/to`);
      const text = textOf(
        await get({
          headers: { Authorization: 'Bearer abc', Cookie: 'a=b', 'X-Api-Key': 'k', 'X-Note': 'n' },
        }),
      );
      expect(text)
        .to.include('x-note')
        .and.not.match(/authorization|cookie|x-api-key/);
    });

    it('takes them along within the origin', async () => {
      redirect(307, () => '/to');
      expect(textOf(await get({ headers: { Authorization: 'Basic x' } }))).to.include('authorization');
    });

    for (const [status, method] of [
      [301, 'GET'],
      [302, 'GET'],
      [303, 'GET'],
      [307, 'POST'],
      [308, 'POST'],
    ] as const) {
      it(`goes on after ${status} to a POST with ${method}`, async () => {
        redirect(status, () => '/to');
        expect((await get({ method: 'POST', body: 'x' })).content[0]?.text).to.match(
          new RegExp(`^${method} `),
        );
      });
    }
  });
});
