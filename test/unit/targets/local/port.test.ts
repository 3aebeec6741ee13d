import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { portInUse, requireFreePort } from '../../../../src/lib/targets/local/port.ts';
import { userError } from '../../support/rejection.ts';

describe('a port', () => {
  let server: Server | undefined;

  const occupy = async (host: string, port = 0): Promise<number> => {
    server = createServer().listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  afterEach(() => server?.close());

  it('passes when nobody listens', async () => {
    const port = await occupy('127.0.0.1');
    server?.close();
    if (server) await once(server, 'close');
    await requireFreePort(port);
  });

  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
    it(`is in use when somebody listens on ${host}, and the next free one is named`, async function () {
      const port = await occupy(host).catch(() => 0);
      if (port === 0) this.skip();
      const error = await userError(requireFreePort(port));
      expect(error.code).to.equal('PORT_IN_USE');
      expect(error.message).to.contain(String(port));
      const next = Number(/--port (\d+)/.exec(error.nextSteps.join())?.[1]);
      expect(next).to.be.greaterThan(port);
      await requireFreePort(next);
    });
  }

  it('names no next one where there is none', async () => {
    const error = await portInUse(65_535);
    expect(error.nextSteps).to.deep.equal(['Set HTTP_PORT in .env to use another one always.']);
  });
});
