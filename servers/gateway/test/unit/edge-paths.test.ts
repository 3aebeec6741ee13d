import { expect } from 'chai';
import { EdgeBench, good } from './edge-bench.ts';

describe('the edge: what stands where', () => {
  let bench: EdgeBench;

  beforeEach(async () => {
    bench = await EdgeBench.open();
  });
  afterEach(() => bench.close());

  describe('a path', () => {
    it('hands those of the authorization server on as they are', async () => {
      for (const path of ['/token?a=b', '/interaction/abc', '/interaction/abc/login?x', '/interaction']) {
        expect((await bench.get(path)).text, path).to.equal(JSON.stringify({ auth: path }));
      }
    });

    for (const path of [
      '/echo',
      '/echo/mcp//',
      '//echo/mcp',
      '/ECHO/mcp',
      '/echo/%6dcp',
      '/echo/mcp/../mcp',
      '/token/x',
      '/interactions',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/other/mcp',
      '/__proto__',
      '/mcp',
    ]) {
      it(`does not know ${path}`, async () => {
        const answer = await bench.get(path, good);
        expect(answer.status).to.equal(404);
        expect(answer.text).to.not.include('echo');
        expect(bench.seen).to.equal(undefined);
      });
    }

    it('serves the metadata of a resource to everybody', async () => {
      const answer = await bench.get('/.well-known/oauth-protected-resource/echo/mcp');
      expect(answer.headers['content-type']).to.equal('application/json');
      expect(JSON.parse(answer.text)).to.deep.equal({
        resource: `http://localhost:${bench.listener.port}/echo/mcp`,
        authorization_servers: [`http://localhost:${bench.listener.port}`],
        scopes_supported: ['mcp'],
        bearer_methods_supported: ['header'],
        resource_name: 'The <echo>',
      });
    });

    it('answers only GET where there is only something to read', async () => {
      for (const path of ['/', '/health', '/.well-known/oauth-protected-resource/echo/mcp']) {
        const answer = await bench.get(path, {}, 'POST');
        expect(answer.status, path).to.equal(405);
        expect(answer.headers.allow).to.equal('GET, HEAD');
        expect(await bench.get(path, {}, 'HEAD')).to.include({ status: 200, text: '' });
      }
    });

    it('names the gateway at / and tells its health', async () => {
      expect((await bench.get('/')).text).to.equal('{"name":"mcpgw"}');
      expect((await bench.get('/', { Accept: 'text/html' })).text).to.include('<h1>mcpgw</h1>');
      expect((await bench.get('/health')).text).to.equal('{"status":"ok"}');
    });

    it('follows the table in force', async () => {
      bench.table = { ...bench.table, routes: [] };
      expect((await bench.get('/echo/mcp', good)).status).to.equal(404);
    });
  });
});
