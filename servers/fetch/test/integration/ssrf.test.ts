import { expect } from 'chai';
import { textOf, type ToolResult } from '../../../kit/test/support/native.ts';
import { BAD_ANSWERS, BAD_HEADERS, BAD_LOCATIONS } from '../support/ssrf-answers.ts';
import { LOOPBACK_HOSTS, METADATA_HOSTS, ODD_URLS, SPECIAL_HOSTS } from '../support/ssrf-cases.ts';
import { startFetch, startWeb, type TestFetch, type TestWeb } from '../support/web.ts';

const PUBLIC = '93.184.215.14';

describe('the guard of fetch', () => {
  let web: TestWeb;
  let fetching: TestFetch;
  let answers: (hostname: string, count: number) => readonly string[];
  let asked: string[];

  before(async () => {
    web = await startWeb((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://start.example');
      if (pathname === '/redirect') {
        response
          .writeHead(Number(searchParams.get('status')), { location: searchParams.get('to') ?? '' })
          .end();
      } else response.end('SECRET');
    });
    const ports = [80, 443, web.port];
    fetching = await startFetch({
      access: { ports, internal: [`start.example:${web.port}`, 'metadata.example'] },
      world: {
        resolve: async (hostname) => {
          asked.push(hostname);
          return Promise.resolve(answers(hostname, asked.filter((it) => it === hostname).length));
        },
        ownNetworks: () => ['93.184.216.34/24', '2606:4700:1::5/64'],
      },
    });
  });
  beforeEach(() => {
    asked = [];
    // Whatever gets to the resolver leads to the server that counts.
    answers = () => ['127.0.0.1'];
    web.hits.length = 0;
  });
  after(async () => {
    await fetching.close();
    await web.close();
  });

  const withPort = (text: string): string => text.replaceAll('P', `:${web.port}`);
  const fetchUrl = (url: string, more: Record<string, unknown> = {}): Promise<ToolResult> =>
    fetching.client.call('fetch', { url, ...more });

  /** The guard has refused, and nothing has been connected to. */
  const expectRefusal = async (answer: Promise<ToolResult>): Promise<string> => {
    const connections = web.connections();
    const result = await answer;
    const text = textOf(result);
    expect(result.isError, text).to.equal(true);
    expect(text).to.match(/^Refused: /);
    expect(text).not.to.include('SECRET');
    expect(web.hits).to.deep.equal([]);
    expect(web.connections()).to.equal(connections);
    return text;
  };

  for (const [title, hosts] of [
    ['this machine', LOOPBACK_HOSTS],
    ['metadata services', METADATA_HOSTS],
    ['private and reserved networks', SPECIAL_HOSTS],
  ] as const) {
    describe(`refuses ${title}`, () => {
      for (const name of hosts) {
        it(`as ${JSON.stringify(name)}`, () => expectRefusal(fetchUrl(`http://${name}:${web.port}/`)));
      }
    });
  }

  describe('refuses odd URLs', () => {
    for (const url of ODD_URLS) {
      it(JSON.stringify(url), () => expectRefusal(fetchUrl(withPort(url))));
    }
    it('and one that is too long', async () => {
      const result = await fetchUrl(`http://127.0.0.1:${web.port}/${'x'.repeat(9000)}`);
      expect(result.isError).to.equal(true);
      expect(web.hits).to.deep.equal([]);
    });
  });

  describe('refuses a name that leads to', () => {
    for (const addresses of BAD_ANSWERS) {
      it(addresses.join(' and '), async () => {
        answers = () => addresses;
        await expectRefusal(fetchUrl(`http://innocent.example.com:${web.port}/`));
        expect(asked).to.deep.equal(['innocent.example.com']);
      });
    }
    it('this machine, written in another script', () =>
      expectRefusal(fetchUrl(`http://пример.example:${web.port}/`)));
    it('the own public network, IPv4', async () => {
      answers = () => ['93.184.216.99'];
      await expectRefusal(fetchUrl('http://neighbour.example.com/'));
    });
    it('the own public network, IPv6', async () => {
      answers = () => ['2606:4700:1::99'];
      await expectRefusal(fetchUrl('http://neighbour.example.com/'));
    });
    it('the own address, by number', () => expectRefusal(fetchUrl('http://93.184.216.34/')));
  });

  describe('against DNS rebinding', () => {
    it('connects to what it has judged, and never asks again', async () => {
      answers = (_name, count) => (count === 1 ? [PUBLIC] : ['127.0.0.1']);
      const result = await fetchUrl(`http://rebind.example.com:${web.port}/`);
      expect(textOf(result)).to.match(/^rebind\.example\.com:\d+ cannot be reached/);
      expect(asked).to.deep.equal(['rebind.example.com']);
      expect(web.hits).to.deep.equal([]);
    });

    it('judges anew at the next fetch', async () => {
      answers = (_name, count) => (count === 1 ? [PUBLIC] : ['127.0.0.1']);
      await fetchUrl(`http://rebind.example.com:${web.port}/`);
      await expectRefusal(fetchUrl(`http://rebind.example.com:${web.port}/`));
    });

    it('judges anew when a redirect leads to the same name', async () => {
      answers = (name, count) =>
        name === 'start.example' && count === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
      const text = textOf(await fetchUrl(`http://start.example:${web.port}/redirect?status=302&to=/secret`));
      expect(text).to.match(/^Refused: start\.example leads to 169\.254\.169\.254/);
      expect(web.hits).to.have.length(1);
    });
  });

  describe('at a redirect', () => {
    for (const location of BAD_LOCATIONS) {
      it(`refuses ${location}`, async () => {
        const to = encodeURIComponent(withPort(location));
        const result = await fetchUrl(`http://start.example:${web.port}/redirect?status=302&to=${to}`);
        expect(textOf(result)).to.match(/^Refused: /);
        expect(web.hits.map((hit) => hit.split(' ')[1]?.slice(0, 9))).to.deep.equal(['/redirect']);
      });
    }
    for (const status of [301, 303, 307, 308]) {
      it(`refuses it with status ${status} too`, async () => {
        const to = encodeURIComponent(`http://127.0.0.1:${web.port}/secret`);
        const result = await fetchUrl(`http://start.example:${web.port}/redirect?status=${status}&to=${to}`);
        expect(textOf(result)).to.match(/^Refused: /);
        expect(web.hits).to.have.length(1);
      });
    }
    it('refuses the second of two', async () => {
      const bad = encodeURIComponent(`http://127.0.0.1:${web.port}/secret`);
      const good = encodeURIComponent(`/redirect?status=302&to=${bad}`);
      const result = await fetchUrl(`http://start.example:${web.port}/redirect?status=302&to=${good}`);
      expect(textOf(result)).to.match(/^Refused: /);
      expect(web.hits).to.have.length(2);
    });
    it('gives up after five', async () => {
      const loop = encodeURIComponent('/redirect?status=302&to=%2Fredirect%3Fstatus%3D302');
      const result = await fetchUrl(`http://start.example:${web.port}/redirect?status=302&to=${loop}`);
      expect(result.isError).to.equal(true);
      expect(web.hits.length).to.be.lessThan(8);
    });
  });

  describe('refuses the header', () => {
    for (const headers of BAD_HEADERS) {
      it(JSON.stringify(headers), () =>
        expectRefusal(fetchUrl(`http://start.example:${web.port}/`, { headers })),
      );
    }
  });

  describe('with a host that is opted in', () => {
    it('reaches it', async () => {
      expect(textOf(await fetchUrl(`http://START.example.:${web.port}/`))).to.include('SECRET');
    });
    for (const [title, url] of [
      ['on another port', 'http://start.example:22/'],
      ['below it', 'http://sub.start.exampleP/'],
      ['above it', 'http://exampleP/'],
      ['by its address', 'http://127.0.0.1P/'],
    ] as const) {
      it(`does not reach it ${title}`, () => expectRefusal(fetchUrl(withPort(url))));
    }
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      '100.100.100.200',
      'fd00:ec2::254',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      'fe80::1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
    ]) {
      it(`never reaches ${address}`, async () => {
        answers = () => [address];
        await expectRefusal(fetchUrl('http://metadata.example/'));
      });
    }
  });

  it('honours no proxy of the environment', async () => {
    const before = { ...process.env };
    const proxy = `http://127.0.0.1:${web.port}`;
    Object.assign(process.env, {
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      NODE_USE_ENV_PROXY: '1',
    });
    try {
      answers = () => [PUBLIC];
      await fetchUrl('http://public.example.com/');
      await fetchUrl('https://public.example.com/');
    } finally {
      process.env = before;
    }
    expect(web.hits).to.deep.equal([]);
  });

  it('has at least 200 cases', () => {
    const count = [
      LOOPBACK_HOSTS,
      METADATA_HOSTS,
      SPECIAL_HOSTS,
      ODD_URLS,
      BAD_ANSWERS,
      BAD_LOCATIONS,
      BAD_HEADERS,
    ].reduce((sum, cases) => sum + cases.length, 0);
    expect(count).to.be.greaterThan(200);
  });
});
