import { createLog, listen, send, type Listener } from '@mcpgw/kit';
import { expect } from 'chai';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';

const log = createLog('test', 'silent');
const local = { host: '127.0.0.1', port: 0 };

describe('the listener', () => {
  let listener: Listener | undefined;
  const serve = async (handler: RequestListener): Promise<string> => {
    listener = await listen(handler, { address: local, log });
    return `http://127.0.0.1:${listener.port}`;
  };
  const talk = async (text: string): Promise<string> => {
    const socket = connect(listener!.port, '127.0.0.1').setEncoding('utf8');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += chunk as string;
    return answer;
  };

  afterEach(() => listener?.close(0));

  it('rejects when the port is taken', async () => {
    await serve(() => undefined);
    const second = listen(() => undefined, { address: { ...local, port: listener!.port }, log });
    const error: unknown = await second.catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });

  it('joins repeated headers, so that the second one is not lost', async () => {
    await serve((request, response) =>
      send(response, 200, 'text/plain', request.headers.authorization ?? ''),
    );
    const answer = await talk(
      'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: one\r\nAuthorization: two\r\nConnection: close\r\n\r\n',
    );
    expect(answer).to.match(/\r\n\r\none, two$/);
  });

  it('answers 431 to headers without end', async () => {
    await serve((_, response) => response.end());
    const answer = await talk(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(answer).to.match(/^HTTP\/1\.1 431 /);
  });

  it('ends idle connections at once when it closes', async () => {
    await serve((_, response) => response.end('done'));
    const socket = connect(listener!.port, '127.0.0.1').resume();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    const ended = once(socket, 'close');
    await listener!.close(60_000);
    await ended;
  });

  it('ends connections at once that have asked for nothing', async () => {
    await serve((_, response) => response.end());
    const socket = connect(listener!.port, '127.0.0.1').resume();
    await once(socket, 'connect');
    await fetch(`http://127.0.0.1:${listener!.port}`);
    const ended = once(socket, 'close');
    await listener!.close(60_000);
    await ended;
  });

  it('lets a response finish within the grace, and closes its connection', async () => {
    const started = Promise.withResolvers<() => void>();
    const url = await serve((_, response) => {
      response.write('begun');
      started.resolve(() => response.end(' and done'));
    });
    const answer = await fetch(url);
    const finish = await started.promise;
    const closed = listener!.close(60_000);
    finish();
    expect(await answer.text()).to.equal('begun and done');
    await closed;
  });

  it('cuts a response that outlives the grace', async () => {
    const url = await serve((_, response) => response.write('begun'));
    const answer = await fetch(url);
    await listener!.close(20);
    const cut: unknown = await answer.text().catch((error: unknown) => error);
    expect(cut).to.be.an('error').with.property('message', 'terminated');
  });

  it('accepts nothing once it closes', async () => {
    const url = await serve((_, response) => response.end());
    await listener!.close(0);
    await listener!.close(0);
    expect(await fetch(url).catch(() => 'refused')).to.equal('refused');
  });
});
