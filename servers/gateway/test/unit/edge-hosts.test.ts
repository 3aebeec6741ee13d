import { expect } from 'chai';
import { EdgeBench, good } from './edge-bench.ts';

describe('the edge: who may ask', () => {
  let bench: EdgeBench;

  beforeEach(async () => {
    bench = await EdgeBench.open();
  });
  afterEach(() => bench.close());

  describe('Host and Origin', () => {
    it('knows the three names of this machine, with or without a slash at the end', async () => {
      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        for (const path of ['/echo/mcp', '/echo/mcp/']) {
          const answer = await bench.get(path, { Host: `${host}:${bench.listener.port}` });
          const metadata = `http://${host}:${bench.listener.port}/.well-known/oauth-protected-resource${path}`;
          expect(answer.status).to.equal(401);
          expect(answer.headers['www-authenticate']).to.include(`resource_metadata="${metadata}"`);
          const document = await bench.get(new URL(metadata).pathname, {
            Host: `${host}:${bench.listener.port}`,
          });
          expect(JSON.parse(document.text)).to.include({
            resource: `http://${host}:${bench.listener.port}${path}`,
          });
        }
      }
    });

    it('answers 403 to a foreign Host, on every path', async () => {
      for (const path of [
        '/',
        '/echo/mcp',
        '/token',
        '/health',
        '/.well-known/oauth-protected-resource/echo/mcp',
      ]) {
        const answer = await bench.get(path, { Host: 'evil.example', ...good });
        expect(answer.status, path).to.equal(403);
        expect(JSON.parse(answer.text)).to.have.keys('error', 'error_description', 'trace_id');
      }
      expect(bench.seen).to.equal(undefined);
    });

    it('answers 403 to a foreign Origin, and lets it read nothing', async () => {
      for (const origin of ['https://evil.example', 'null']) {
        for (const path of ['/echo/mcp', '/token']) {
          const answer = await bench.get(path, { Origin: origin, ...good });
          expect(answer.status).to.equal(403);
          expect(answer.headers).to.not.have.property('access-control-allow-origin');
        }
      }
      expect(bench.seen).to.equal(undefined);
    });

    it('answers 400 to a target that is no path', async () => {
      expect((await bench.get('http://evil.example/echo/mcp', good)).status).to.equal(400);
    });
  });

  describe('a page of another origin', () => {
    for (const origin of ['http://localhost:6274', 'http://127.0.0.1:1', 'https://app.example']) {
      it(`may read what the gateway answers: ${origin}`, async () => {
        for (const headers of [{}, good]) {
          const answer = await bench.get('/echo/mcp', { Origin: origin, ...headers });
          expect(answer.headers).to.include({ 'access-control-allow-origin': origin, vary: 'Origin' });
          expect(answer.headers['access-control-expose-headers']).to.include(
            'WWW-Authenticate, Mcp-Session-Id',
          );
        }
      });
    }

    it('gets its preflight answered without a token', async () => {
      const answer = await bench.get(
        '/echo/mcp',
        {
          Origin: 'http://localhost:6274',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization, mcp-param-region,x-user-id, mcp-param-a b',
        },
        'OPTIONS',
      );
      expect(answer.status).to.equal(204);
      expect(answer.headers['access-control-allow-methods']).to.equal('GET, POST, DELETE, OPTIONS');
      const allowed = answer.headers['access-control-allow-headers']?.toLowerCase().split(', ');
      expect(allowed).to.include.members(
        'authorization content-type accept mcp-session-id mcp-protocol-version last-event-id mcp-method mcp-name'.split(
          ' ',
        ),
      );
      expect(allowed)
        .to.include('mcp-param-region')
        .and.not.include('x-user-id')
        .and.not.include('mcp-param-a b');
      expect(answer.headers).to.not.have.property('access-control-allow-credentials');
      expect(bench.seen).to.equal(undefined);
    });
  });
});
