import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findProgram } from '../support/programs.ts';

describe('the test environment', () => {
  it('refuses connections to anything but loopback', async () => {
    const failure = await fetch('http://192.0.2.1/').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(TypeError);
    expect((failure as TypeError).cause)
      .to.have.property('message')
      .that.includes('loopback only');
    const named = await fetch('https://registry.example/').catch((error: unknown) => error);
    expect((named as TypeError).cause)
      .to.have.property('message')
      .that.includes('registry.example');
  });

  it('lets loopback through', async () => {
    const server = createServer((_, response) => response.end('here'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://localhost:${port}/`);
    expect(await answer.text()).to.equal('here');
    server.closeAllConnections();
    server.close();
  });

  it('has a terminal of fixed size and no colour', () => {
    expect(process.env).to.include({ COLUMNS: '80', NO_COLOR: '1' }).and.not.have.property('FORCE_COLOR');
  });

  it('finds no program in an empty search path', () => {
    expect(findProgram('python3', '')).to.equal(undefined);
  });
});
