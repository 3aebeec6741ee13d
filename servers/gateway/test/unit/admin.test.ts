import { sendJson, type Listener } from '@mcpgw/kit';
import { adminErrorSchema, type GatewayStatus } from '@mcpgw/kit/contract';
import { expect } from 'chai';
import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { listenAdmin, type AdminOptions } from '../../src/admin.ts';
import { ask, silent, temporaryFolder, until, type Answer } from './fixture.ts';

const STATUS: GatewayStatus = {
  pid: 1,
  version: '0.1.0',
  startedAt: '2026-11-24T12:00:00.000Z',
  url: 'http://localhost:8080',
  issuer: 'http://localhost:8080',
  services: [],
};

describe('the admin API', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let listener: Listener | undefined;
  let options: AdminOptions;
  let shutdowns: number;
  const call = (method: string, path: string): Promise<Answer> =>
    ask(0, path, { method, socketPath: options.socket });

  beforeEach(() => {
    folder = temporaryFolder();
    shutdowns = 0;
    options = {
      socket: join(folder.path, 'admin.sock'),
      status: () => Promise.resolve(STATUS),
      restart: (name) => (name === 'echo' ? 'restarted' : name === 'time' ? 'not-running' : 'unknown'),
      shutdown: () => (shutdowns += 1),
      auth: (request, response) => {
        if (request.url !== '/tokens') return false;
        sendJson(response, 200, { tokens: [] });
        return true;
      },
      log: silent,
    };
  });
  afterEach(async () => {
    await listener?.close(0);
    listener = undefined;
    folder.remove();
  });

  it('stands on a socket that is open to its owner alone, and leaves the mask as it was', async () => {
    const mask = process.umask(0o022);
    listener = await listenAdmin(options);
    expect(process.umask(mask)).to.equal(0o022);
    expect(statSync(options.socket).mode & 0o777).to.equal(0o600);
  });

  it('tells the status', async () => {
    listener = await listenAdmin(options);
    expect(JSON.parse((await call('GET', '/status')).text)).to.deep.equal(STATUS);
  });

  it('restarts a service that runs', async () => {
    listener = await listenAdmin(options);
    expect(await call('POST', '/services/echo/restart')).to.include({ status: 204, text: '' });
    for (const [name, status] of [
      ['time', 409],
      ['other', 404],
      ['..', 404],
      ['%2e', 404],
    ] as const) {
      const answer = await call('POST', `/services/${name}/restart`);
      expect(answer.status, name).to.equal(status);
      adminErrorSchema.parse(JSON.parse(answer.text));
    }
  });

  it('answers the call for a shutdown before it begins', async () => {
    listener = await listenAdmin(options);
    expect((await call('POST', '/shutdown')).status).to.equal(202);
    await until('the shutdown begins', () => shutdowns === 1);
  });

  it('hands the rest to the authorization server, and knows nothing else', async () => {
    listener = await listenAdmin(options);
    expect((await call('GET', '/tokens')).text).to.equal('{"tokens":[]}');
    for (const [method, path] of [
      ['GET', '/shutdown'],
      ['POST', '/status'],
      ['GET', '/'],
    ] as const) {
      const answer = await call(method, path);
      expect(answer.status).to.equal(404);
      adminErrorSchema.parse(JSON.parse(answer.text));
    }
    expect(shutdowns).to.equal(0);
  });

  it('answers 500 when it fails', async () => {
    options.status = () => Promise.reject(new Error('broken'));
    listener = await listenAdmin(options);
    const answer = await call('GET', '/status');
    expect(answer.status).to.equal(500);
    expect(adminErrorSchema.parse(JSON.parse(answer.text)).error.message).to.equal('broken');
  });

  it('takes the place of a socket that nobody listens on any more', async () => {
    writeFileSync(options.socket, '');
    listener = await listenAdmin(options);
    expect((await call('GET', '/status')).status).to.equal(200);
  });

  it('leaves a socket alone that somebody answers on', async () => {
    const other = createServer().listen(options.socket);
    await until('it listens', () => other.listening);
    const error: unknown = await listenAdmin(options).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ALREADY_RUNNING');
    other.close();
  });

  it('says so when the path of the project is too long', async () => {
    options.socket = join(folder.path, 'x'.repeat(100), 'admin.sock');
    const error: unknown = await listenAdmin(options).catch((reason: unknown) => reason);
    expect(error)
      .to.have.property('message')
      .that.includes('longer than 103 bytes')
      .and.includes('shorter path');
  });
});
