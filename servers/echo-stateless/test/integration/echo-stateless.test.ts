import { expect } from 'chai';
import { describeDiagnosticTools } from '../../../kit/test/support/diagnostic-tools.ts';
import { CLIENTS, as, host, nativeOptions, textOf, type Hosted } from '../../../kit/test/support/native.ts';
import { createEchoStateless } from '../../src/index.ts';

describeDiagnosticTools('echo-stateless', createEchoStateless);

describe('echo-stateless', () => {
  let hosted: Hosted;

  before(async () => {
    hosted = await host(() => createEchoStateless(nativeOptions()));
  });
  after(() => hosted.close());

  for (const { title, connect } of CLIENTS) {
    describe(`called by ${title}`, () => {
      it('has nine tools, each described, with schemas for input and output', async () => {
        const client = await connect(hosted.url, as('local:owner'));
        expect(await client.tools()).to.deep.equal([
          'echo',
          'printHeader',
          'bearerDecode',
          'authContext',
          'requestTiming',
          'corsAnalysis',
          'environmentDump',
          'healthProbe',
          'whoIStheGOAT',
        ]);
        await client.close();
      });

      it('echoes a message unchanged', async () => {
        const client = await connect(hosted.url, as('local:owner'));
        const message = ' Grüße, 世界 🌍\n{"json": true} ';
        const result = await client.call('echo', { message });
        expect(result.content).to.deep.equal([{ type: 'text', text: message }]);
        expect(result.structuredContent).to.deep.equal({ message });
        await client.close();
      });

      it('says what is wrong with arguments', async () => {
        const client = await connect(hosted.url, as('local:owner'));
        const result = await client.call('echo', { message: 1, more: true });
        expect(result.isError).to.equal(true);
        expect(textOf(result))
          .to.include('Invalid arguments for echo')
          .and.include('message')
          .and.include('more');
        await client.close();
      });
    });
  }

  it('keeps no session: it gives none, and has no GET and no DELETE', async () => {
    const initialize = await fetch(hosted.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'raw', version: '1' },
        },
      }),
    });
    expect(initialize.status).to.equal(200);
    expect(initialize.headers.get('mcp-session-id')).to.equal(null);
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(hosted.url, { method });
      expect(response.status).to.equal(405);
      expect(response.headers.get('allow')).to.equal('POST');
    }
  });
});
