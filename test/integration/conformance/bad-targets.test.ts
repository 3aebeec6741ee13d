import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import {
  assess,
  exitCodeOf,
  SUITES,
  testTarget,
  type Report,
  type TestOptions,
} from '../../../src/lib/conformance/index.ts';
import { CHECKS } from '../../../src/lib/conformance/checks/index.ts';
import { startFaultyServer } from '../../fixtures/conformance/faulty-server.ts';
import { freePort } from '../../support/free-port.ts';

const OWN = SUITES.filter((suite) => suite !== 'official');

/** Tests what listens there, in short time. */
const test = (port: number, options: Partial<TestOptions> = {}): Promise<Report> =>
  testTarget({
    url: `http://127.0.0.1:${String(port)}/mcp`,
    suites: OWN,
    revisions: 'all',
    timeoutMs: 4000,
    exchangeMs: 300,
    ...options,
  });

async function withServer<T>(server: Server, run: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await run((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const http = (handler: (request: IncomingMessage, response: ServerResponse) => void) => createServer(handler);

const own = new Set<string>(Object.values(CHECKS).flatMap((checks) => checks.map(({ id }) => id)));

/** Ids of the suites' checks that passed; what the first look shows is beside the point. */
const passed = (report: Report): string[] =>
  report.checks.filter(({ id, status }) => status === 'pass' && own.has(id)).map(({ id }) => id);

const exitCode = (report: Report): number => exitCodeOf(assess([report], [], OWN));

describe('the tester, on a target that is no MCP server', function () {
  this.timeout(30_000);

  it('says that nothing listens, with exit code 3', async () => {
    const report = await test(await freePort());
    expect(report.checks.map(({ id, status }) => [id, status])).to.deep.equal([['target.answers', 'fail']]);
    expect(report.checks[0]?.evidence).to.contain('nothing listens');
    expect(exitCode(report)).to.equal(3);
  });

  const targets: Record<string, () => Server> = {
    'hangs after the connection': () => createTcpServer(() => undefined),
    'resets every connection': () => createTcpServer((socket) => socket.resetAndDestroy()),
    'speaks no HTTP': () => createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n')),
    'closes every connection': () => createTcpServer((socket) => socket.end()),
    'answers everything with an empty 200': () => http((_request, response) => void response.end()),
    'answers everything with 202': () => http((_request, response) => void response.writeHead(202).end()),
    'answers everything with 404': () => http((_request, response) => void response.writeHead(404).end()),
    'answers everything with 405': () => http((_request, response) => void response.writeHead(405).end()),
    'answers everything with 500': () => http((_request, response) => void response.writeHead(500).end()),
    'answers everything with a page': () =>
      http(
        (_request, response) =>
          void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
      ),
    'answers everything with an empty JSON object': () =>
      http(
        (_request, response) =>
          void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      ),
    'answers everything with an empty event stream': () =>
      http((_request, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
      ),
    'redirects for ever': () =>
      http((request, response) => void response.writeHead(302, { location: `${request.url ?? ''}x` }).end()),
    'asks for a token and has no metadata': () =>
      http((_request, response) => void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()),
    'begins an answer and stops': () =>
      http((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"jsonrpc":');
      }),
    'sends headers without an end': () =>
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = (): void => {
          if (!socket.destroyed) socket.write(`X-More: ${'x'.repeat(1000)}\r\n`, () => setImmediate(more));
        };
        more();
      }),
    'sends a gigabyte': () => http(flood('application/json')),
    'floods an event stream': () => http(flood('text/event-stream')),
  };

  for (const [what, make] of Object.entries(targets)) {
    it(`ends in failure on one that ${what}, in time and bounded memory, and passes no check`, async () => {
      const before = process.memoryUsage().rss;
      const started = performance.now();
      const report = await withServer(make(), (port) => test(port));
      const challenged = what.startsWith('asks for a token');
      expect(passed(report).filter((id) => !challenged || !id.startsWith('auth.challenge.'))).to.deep.equal(
        [],
      );
      expect(report.summary.fail).to.be.greaterThan(0);
      expect(exitCode(report)).to.be.oneOf([1, 3]);
      expect(performance.now() - started).to.be.lessThan(8000);
      expect(process.memoryUsage().rss - before).to.be.lessThan(200 * 1024 * 1024);
    });
  }

  it('gives up in time on a server that stops answering in mid-run', async () => {
    let served = 0;
    const fixture = await startFaultyServer({ faults: ['transport.host.foreign-refused'] });
    const upstream = new URL(fixture.url);
    const server = createTcpServer((socket) => {
      served += 1;
      socket.on('error', () => undefined);
      if (served > 40) return;
      const to = connect(Number(upstream.port), '127.0.0.1');
      to.on('error', () => socket.destroy());
      socket.pipe(to).pipe(socket);
    });
    const started = performance.now();
    const report = await withServer(server, (port) => test(port, { suites: ['transport'] }));
    await fixture.close();
    expect(performance.now() - started).to.be.lessThan(8000);
    expect(report.summary.pass).to.be.greaterThan(10);
    expect(report.checks.at(-1)?.evidence).to.contain('the time for this target is up');
    expect(exitCode(report)).to.equal(1);
  });
});

function flood(type: string) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': type });
    const piece = `data: ${'x'.repeat(65_536)}\n\n`;
    let sent = 0;
    const more = (): void => {
      while (!response.destroyed && sent < 1024 ** 3) {
        sent += piece.length;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };
}
