import { expect } from 'chai';
import type { Limits } from '../../src/contract/index.ts';
import { createNativeServer } from '../../src/mcp/index.ts';
import { LIMITS, as, host, nativeOptions, type Hosted } from '../support/native.ts';
import { callTool, initialize, messageOf, post } from '../support/raw.ts';

describe('a native server with sessions', () => {
  let hosted: Hosted;

  const start = async (limits: Partial<Limits> = {}): Promise<void> => {
    hosted = await host(() =>
      createNativeServer({
        ...nativeOptions({ limits: { ...LIMITS, ...limits } }),
        spec: { name: 'test', title: 'Test', instructions: '', tools: [] },
        sessions: true,
      }),
    );
  };
  afterEach(() => hosted.close());

  const open = async (user: string | undefined): Promise<string> => {
    const response = await post(hosted.url, initialize, user === undefined ? {} : as(user));
    await response.text();
    return response.headers.get('mcp-session-id')!;
  };
  const use = (session: string, user: string | undefined, method = 'POST'): Promise<Response> =>
    fetch(hosted.url, {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': session,
        ...(user !== undefined && as(user)),
      },
      ...(method === 'POST' && { body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/list' }) }),
    });

  it('answers 404 to a foreign principal, as to a session that there never was', async () => {
    await start();
    const session = await open('local:owner');
    for (const method of ['POST', 'GET', 'DELETE']) {
      for (const user of ['local:thief', undefined]) {
        const [stolen, invented] = [
          await use(session, user, method),
          await use(crypto.randomUUID(), user, method),
        ];
        expect(stolen.status).to.equal(404);
        const plain = (text: string) => text.replace(/[\da-f]{32}/, '');
        expect(plain(await stolen.text())).to.equal(plain(await invented.text()));
      }
    }
    const own = await use(session, 'local:owner');
    expect(own.status).to.equal(200);
    await own.text();
  });

  it('demands one of every request but initialize', async () => {
    await start();
    const response = await post(hosted.url, callTool('hold'), as('local:owner'));
    expect(response.status).to.equal(400);
    expect(await messageOf(response)).to.include({ id: 2 });
  });

  it('ends one on DELETE', async () => {
    await start();
    const session = await open('local:owner');
    expect(hosted.module.snapshot().sessions).to.equal(1);
    expect((await use(session, 'local:owner', 'DELETE')).status).to.equal(200);
    expect((await use(session, 'local:owner')).status).to.equal(404);
    expect(hosted.module.snapshot().sessions).to.equal(0);
  });

  it('keeps no session of a refused initialize', async () => {
    await start();
    const response = await post(hosted.url, initialize, { accept: 'application/json' });
    expect(response.status).to.equal(406);
    expect(hosted.module.snapshot().sessions).to.equal(0);
  });

  it('refuses a new principal when all are taken', async () => {
    await start({ sessions: 2 });
    await open('local:one');
    await open('local:two');
    const response = await post(hosted.url, initialize, as('local:three'));
    expect(response.status).to.equal(503);
    await response.text();
  });

  it('ends one at its greatest age, and its stream', async () => {
    await start({ sessionIdleMs: 1000, sessionMaxMs: 200 });
    const session = await open('local:owner');
    const stream = await use(session, 'local:owner', 'GET');
    expect(stream.status).to.equal(200);
    await stream.text();
    expect((await use(session, 'local:owner')).status).to.equal(404);
  });
});
