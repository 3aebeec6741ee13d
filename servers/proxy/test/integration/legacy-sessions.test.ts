import { expect } from 'chai';
import { Clients, post, initializeBody, RawSession } from '../helpers/client.ts';

import { startProxy, type RunningProxy } from '../helpers/proxy.ts';

describe('sessions of the legacy era', () => {
  let proxy: RunningProxy;
  before(async () => {
    proxy = await startProxy({}, { ownOrigins: true });
    await proxy.module.ready;
  });
  const clients = new Clients(() => proxy.url);
  afterEach(() => clients.end());
  after(() => proxy.close());

  describe('sessions', () => {
    it('end with DELETE and are 404 from then on', async () => {
      const session = await clients.open();
      expect((await session.end()).status).to.equal(200);
      const reply = await session.call('echo', { text: 'x' }, { id: 'late' });
      expect(reply.status).to.equal(404);
      expect(reply.messages[0]).to.include({ id: 'late' });
      expect((await session.end()).status).to.equal(404);
      expect((await session.listen()).status).to.equal(404);
    });

    it('belong to the principal that made them', async () => {
      const session = await clients.open({ headers: { 'x-user-id': 'github:1' } });
      const stolen = new RawSession(proxy.url, { ...session.headers, 'x-user-id': 'github:2' });
      expect((await stolen.call('echo', { text: 'x' })).status).to.equal(404);
      expect((await stolen.listen()).status).to.equal(404);
      expect((await stolen.end()).status).to.equal(404);
      expect(await session.text('echo', { text: 'mine' })).to.equal('mine');
    });

    it('must be named', async () => {
      const reply = await post(proxy.url, { jsonrpc: '2.0', id: 3, method: 'tools/list' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 3 });
    });

    for (const id of ['', ' ', '../../etc', '__proto__', 'x'.repeat(4000), 'a, b']) {
      it(`under a hostile name are unknown: ${JSON.stringify(id.slice(0, 12))}`, async () => {
        const reply = await post(
          proxy.url,
          { jsonrpc: '2.0', id: 1, method: 'ping' },
          { 'mcp-session-id': id },
        );
        expect([400, 404]).to.include(reply.status);
      });
    }
  });

  describe('headers', () => {
    it('with an unknown MCP-Protocol-Version are refused', async () => {
      const session = await clients.open();
      session.headers['mcp-protocol-version'] = '1999-01-01';
      const reply = await session.call('echo', { text: 'x' }, { id: 'v' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 'v' });
    });

    it('need no MCP-Protocol-Version', async () => {
      const session = await clients.open();
      delete session.headers['mcp-protocol-version'];
      expect(await session.text('echo', { text: 'x' })).to.equal('x');
    });

    for (const accept of ['application/json', 'text/event-stream', 'text/html']) {
      it(`that accept only ${accept} are refused with 406`, async () => {
        const reply = await post(proxy.url, initializeBody(), { accept });
        expect(reply.status).to.equal(406);
        expect(reply.messages[0]).to.include({ id: 0 });
      });
    }

    it('may accept everything', async () => {
      expect((await post(proxy.url, initializeBody(), { accept: '*/*' })).status).to.equal(200);
    });

    for (const type of ['text/plain', 'application/json; charset=latin1', '']) {
      it(`with content type ${JSON.stringify(type)} are refused with 415`, async () => {
        expect((await post(proxy.url, initializeBody(), { 'content-type': type })).status).to.equal(415);
      });
    }

    it('with a foreign Origin are refused with 403', async () => {
      for (const origin of ['http://evil.example.com', 'null']) {
        expect((await post(proxy.url, initializeBody(), { origin })).status).to.equal(403);
      }
    });

    it('with a method of another kind are told which there are', async () => {
      const response = await fetch(proxy.url, { method: 'PUT', body: '{}' });
      expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'GET, POST, DELETE']);
    });
  });
});
