import type { Client } from '@modelcontextprotocol/client';
import { expect } from 'chai';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartFailure } from '../../src/failure.ts';
import { startGateway, type Gateway } from '../../src/index.ts';
import { ask, until } from '../unit/fixture.ts';
import { NATIVE, Project, WRAPPED } from './project.ts';

const ALL = [...NATIVE, WRAPPED];

describe('the gateway, with two native services and a wrapped one', function () {
  this.timeout(60_000);
  let project: Project;
  let gateway: Gateway;
  const clients: Client[] = [];
  const start = (): Promise<Gateway> =>
    startGateway({ file: project.file, version: '0.1.0', onShutdown: () => undefined });
  const connect = async (...call: Parameters<Project['client']>): Promise<Client> => {
    const client = await project.client(...call);
    clients.push(client);
    return client;
  };

  before(async () => {
    project = await Project.create();
    gateway = await start();
    await project.settled('ready', ...ALL);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  after(async () => {
    await gateway.close();
    await project.remove();
  });

  describe('with a token', () => {
    for (const [service, answer] of [
      ['echo-stateless', 'hello'],
      ['echo-stateful', 'hello'],
      ['everything', 'Echo: hello'],
    ] as const) {
      it(`lets an official client list and call the tools of ${service}`, async () => {
        const client = await connect(service, (await project.token([service])).token);
        const { tools } = await client.listTools();
        expect(tools.map((it) => it.name)).to.include('echo');
        const result = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
        expect(JSON.stringify(result.content)).to.include(answer);
      });
    }

    it('opens the services it is for and no other', async () => {
      const { token } = await project.token(NATIVE);
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      const other = await project.ping(WRAPPED, token);
      expect(other.status).to.equal(401);
      expect(other.challenge).to.match(/error="invalid_token"/);
    });

    it('reports progress as it comes', async () => {
      const client = await connect(WRAPPED, (await project.token([WRAPPED])).token);
      const seen: number[] = [];
      await client.callTool(
        { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
        { onprogress: ({ progress }) => seen.push(progress) },
      );
      expect(seen).to.deep.equal([1, 2, 3, 4]);
    });

    it('is worth as much under each name of this machine', async () => {
      const { token } = await project.token(['echo-stateless']);
      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        const answer = await fetch(`http://${host}:${project.port}/echo-stateless/mcp`, {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${token}`,
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
          },
          body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
        });
        expect(answer.status, host).to.equal(200);
      }
    });
  });

  describe('with anything else', () => {
    const refused = async (token: string | undefined): Promise<void> => {
      for (const service of ALL) {
        const { status, challenge } = await project.ping(service, token);
        expect(status).to.equal(401);
        expect(challenge).to.include(
          `resource_metadata="${project.origin}/.well-known/oauth-protected-resource/${service}/mcp", scope="mcp"`,
        );
        expect(challenge?.includes('error="invalid_token"')).to.equal(token !== undefined);
      }
    };

    it('refuses no token', () => refused(undefined));

    it('refuses a tampered one', async () => {
      const { token } = await project.token(ALL);
      const [header = '', payload = '', signature = ''] = token.split('.');
      await refused(`${header}.${payload}.${signature.split('').toReversed().join('')}`);
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const changed = Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url');
      await refused(`${header}.${changed}.${signature}`);
    });

    it('refuses one that has expired, also when it was in use', async () => {
      const { token } = await project.token(ALL, { ttl: 2 });
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      await until(
        'it expires',
        async () => (await project.ping('echo-stateless', token)).status === 401,
        5000,
      );
      await refused(token);
    });

    it('refuses one that was revoked, at once and also when it was in use', async () => {
      const { token, id } = await project.token(ALL);
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      expect((await project.admin('POST', '/tokens/revoke', { token: id })).status).to.equal(200);
      await refused(token);
    });

    it('lets none of it reach a service', async () => {
      const calls = async (): Promise<number[]> => (await project.status()).services.map((it) => it.calls);
      const before = await calls();
      await refused(undefined);
      await refused('eyJhbGciOiJub25lIn0.e30.');
      expect(await calls()).to.deep.equal(before);
    });
  });

  describe('toward a service', () => {
    /** What the tool that prints headers has seen. */
    const seen = async (service: string, forged: Record<string, string> = {}): Promise<string> => {
      const { token } = await project.token([service], { user: 'alice' });
      const client = await connect(service, token, forged);
      const result = await client.callTool({ name: 'printHeader', arguments: {} });
      return JSON.stringify(result.structuredContent);
    };

    it('vouches for the principal of the token', async () => {
      expect(await seen('echo-stateful')).to.include('{"name":"x-user-id","value":"local:alice"}');
    });

    it('never hands on forged identity headers', async () => {
      const headers = await seen('echo-stateful', {
        'X-User-Id': 'local:mallory',
        'X-User-Name': 'mallory',
        x_user_id: 'local:mallory',
        'x.client.id': 'mallory',
        'X-Scope': 'mallory',
        'X-Allowed-Tools': 'mallory',
        Cookie: 'session=mallory',
      });
      expect(headers).to.include('local:alice').and.not.include('mallory');
    });

    it('never hands on the bearer token, but to a diagnostic route', async () => {
      expect((await seen('echo-stateful')).toLowerCase()).to.not.include('"authorization"');
      expect((await seen('echo-stateless')).toLowerCase()).to.include('"authorization"');
    });
  });

  describe('when its configuration is replaced', () => {
    afterEach(async () => {
      project.select(ALL);
      project.writeRoutes();
      await project.settled('ready', ...ALL);
    });

    it('stops what is deselected and starts it again, and leaves the others alone', async () => {
      const since = (await project.status()).services.find((it) => it.name === 'echo-stateful')?.since;
      const { token } = await project.token(ALL);
      project.select(['echo-stateful']);
      await project.settled('stopped', 'echo-stateless', WRAPPED);
      expect((await project.ping('echo-stateless', token)).status).to.equal(503);
      expect((await project.ping(WRAPPED, undefined)).status).to.equal(401);
      project.select(ALL);
      await project.settled('ready', ...ALL);
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      const after = (await project.status()).services.find((it) => it.name === 'echo-stateful')?.since;
      expect(after).to.equal(since);
    });

    it('applies a new policy to a token that is in use', async () => {
      const { token } = await project.token(ALL);
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      project.writeRoutes((routes) =>
        routes.map((it) => (it.kind === 'mcp' ? { ...it, policy: [{ users: ['local:bob'] }] } : it)),
      );
      await until('it is refused', async () => (await project.ping('echo-stateless', token)).status === 403);
      project.writeRoutes();
      await until(
        'it passes again',
        async () => (await project.ping('echo-stateless', token)).status === 200,
      );
    });

    it('stays as it was under a bad file, and says so', async () => {
      const { token } = await project.token(ALL);
      project.write('gateway.json', '{"version":1');
      await until('it is told', async () => (await project.status()).configurationError !== undefined);
      expect((await project.status()).configurationError).to.include('gateway.json');
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      project.select(ALL);
      await until('it is gone', async () => (await project.status()).configurationError === undefined);
    });

    it('takes new lifetimes over, and keeps the tokens there are', async () => {
      const { token, id } = await project.token(ALL);
      const lifetimes = { accessToken: 60, refreshToken: 60, authorizationCode: 60, session: 60, client: 0 };
      project.select(ALL, { auth: { identityProviders: ['local'], lifetimes, registrationsPerMinute: 1 } });
      const register = (): Promise<{ status: number }> =>
        ask(project.port, '/register', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"redirect_uris":["http://localhost/callback"],"token_endpoint_auth_method":"none"}',
        });
      await until('the new limit holds', async () => (await register()).status === 429, 10_000);
      expect((await project.ping('echo-stateless', token)).status).to.equal(200);
      await project.admin('POST', '/tokens/revoke', { token: id });
      expect((await project.ping('echo-stateless', token)).status).to.equal(401);
    });
  });

  it('restarts a service that is asked for', async () => {
    const standing = async (): Promise<string | undefined> =>
      (await project.status()).services.find((it) => it.name === WRAPPED)?.since;
    const before = await standing();
    expect((await project.admin('POST', `/services/${WRAPPED}/restart`)).status).to.equal(204);
    await until('it stands anew', async () => (await standing()) !== before);
    await project.settled('ready', WRAPPED);
    const client = await connect(WRAPPED, (await project.token([WRAPPED])).token);
    expect((await client.listTools()).tools).to.not.have.lengthOf(0);
  });

  it('counts the memory of a wrapped service', async () => {
    await connect(WRAPPED, (await project.token([WRAPPED])).token);
    const { services } = await project.status();
    expect(services.find((it) => it.name === WRAPPED)?.memoryBytes).to.be.within(5e6, 5e9);
  });

  it('keeps what it writes to its owner', () => {
    for (const name of [
      'logs/gateway.log',
      'logs/everything.log',
      'run/admin.sock',
      'run/lock',
      'data/auth.sqlite',
    ]) {
      expect(statSync(join(project.stateDir, name)).mode & 0o777, name).to.equal(0o600);
    }
  });

  it('writes no token into a log', async () => {
    const { token } = await project.token(ALL);
    await project.ping('echo-stateless', token);
    await project.ping(WRAPPED, `${token}x`);
    for (const name of [...ALL, 'gateway']) {
      expect(readFileSync(join(project.stateDir, 'logs', `${name}.log`), 'utf8')).to.not.match(
        /eyJ[\w-]+\.eyJ/,
      );
    }
  });

  it('refuses a second gateway of the same project, and another program on its port', async () => {
    const second: unknown = await start().catch((error: unknown) => error);
    expect(second).to.be.instanceOf(StartFailure).with.property('code', 'ALREADY_RUNNING');
    const neighbour = await Project.create();
    neighbour.select(NATIVE, { port: project.port });
    const options = { file: neighbour.file, version: '0.1.0', onShutdown: () => undefined };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const busy: unknown = await startGateway(options).catch((error: unknown) => error);
      expect(busy).to.be.instanceOf(StartFailure).with.property('code', 'PORT_IN_USE');
      expect(busy).to.have.property('message').that.includes(String(project.port));
    }
    neighbour.select(NATIVE);
    const gatewayOfNeighbour = await startGateway(options);
    await gatewayOfNeighbour.close();
    await neighbour.remove();
  });

  it('has its tokens again after it was stopped', async () => {
    const { token } = await project.token(ALL);
    await gateway.close();
    await gateway.close();
    gateway = await start();
    await project.settled('ready', ...ALL);
    expect((await project.ping('echo-stateless', token)).status).to.equal(200);
  });
});
