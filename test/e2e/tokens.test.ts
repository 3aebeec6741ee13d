import { expect } from 'chai';
import { Project } from '../support/e2e/project.ts';
import { INITIALIZE, bearer, messageOf, post } from '../support/mcp/raw.ts';
import { until } from '../support/until.ts';

describe('who may enter', function () {
  this.timeout(30_000);
  let project: Project;

  before(async function () {
    this.timeout(300_000);
    project = await Project.fresh();
    await project.up('--only', 'echo-stateless,echo-stateful');
  });

  after(() => project.down());

  const metadataUrl = (service: string) =>
    `${project.url}/.well-known/oauth-protected-resource/${service}/mcp`;
  const enter = (service: string, token?: string) =>
    post(project.mcpUrl(service), INITIALIZE, token === undefined ? {} : bearer(token));
  const calls = async (service: string) => {
    const { services } = await project.admin<{ services: { name: string; calls: number }[] }>('/status');
    return services.find(({ name }) => name === service)!.calls;
  };

  /** Every refusal names the way in, and the service never hears of the request. */
  const refused = async (token: string | undefined, error: string | undefined) => {
    const before = await calls('echo-stateless');
    const response = await enter('echo-stateless', token);
    expect(response.status).to.equal(401);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).to.match(/^Bearer /);
    expect(challenge).to.include(`resource_metadata="${metadataUrl('echo-stateless')}"`);
    expect(challenge).to.include('scope="mcp"');
    if (error === undefined) expect(challenge).not.to.include('error');
    else expect(challenge).to.include(`error="${error}"`);
    expect(await response.text()).not.to.include('"id":1');
    expect(await calls('echo-stateless')).to.equal(before);
  };

  it('lets a token of the service in', async () => {
    const response = await enter('echo-stateless', await project.token('--service', 'echo-stateless'));
    expect(response.status).to.equal(200);
    expect(await messageOf(response)).to.have.nested.property('result.serverInfo');
  });

  it('shows where to get a token to who has none', () => refused(undefined, undefined));

  it('refuses a token for another service', async () => {
    await refused(await project.token('--service', 'echo-stateful'), 'invalid_token');
  });

  it('lets a token for several services into each of them', async () => {
    const token = await project.token('--service', 'echo-stateless', '--service', 'echo-stateful');
    expect((await enter('echo-stateless', token)).status).to.equal(200);
    expect((await enter('echo-stateful', token)).status).to.equal(200);
  });

  it('refuses a token that has expired', async () => {
    const token = await project.token('--service', 'echo-stateless', '--ttl', '2s');
    expect((await enter('echo-stateless', token)).status).to.equal(200);
    await until('the token has expired', async () => (await enter('echo-stateless', token)).status === 401);
    await refused(token, 'invalid_token');
  });

  it('refuses a token from the moment it is revoked', async () => {
    const token = await project.token('--service', 'echo-stateless');
    expect((await enter('echo-stateless', token)).status).to.equal(200);
    expect((await project.cli(['token', 'revoke', token])).code).to.equal(0);
    await refused(token, 'invalid_token');
  });

  describe('refuses a token that was tampered with:', () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tamper: [string, (header: string, payload: string, signature: string) => string][] = [
      [
        'another audience',
        (header, payload, signature) => {
          const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
          return `${header}.${encode({ ...claims, aud: project.mcpUrl('echo-stateless').href })}.${signature}`;
        },
      ],
      ['no signature', (_, payload) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`],
      [
        'another signature',
        (header, payload, signature) => {
          const bytes = Buffer.from(signature, 'base64url');
          bytes[0]! ^= 1;
          return `${header}.${payload}.${bytes.toString('base64url')}`;
        },
      ],
      ['the signature of another token', (header, payload) => `${header}.${payload}.${'A'.repeat(86)}`],
      ['no token at all', () => 'not-a-token'],
    ];
    for (const [what, change] of tamper) {
      it(what, async () => {
        const token = await project.token('--service', 'echo-stateful');
        const [header = '', payload = '', signature = ''] = token.split('.');
        await refused(change(header, payload, signature), 'invalid_token');
      });
    }
  });

  it('takes a token from the Authorization header only', async () => {
    const url = project.mcpUrl('echo-stateless');
    url.searchParams.set('access_token', await project.token('--service', 'echo-stateless'));
    expect((await post(url, INITIALIZE)).status).to.equal(401);
  });

  it('describes each service at the path form of its metadata, to everybody', async () => {
    const response = await fetch(metadataUrl('echo-stateful'));
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.include({
      resource: project.mcpUrl('echo-stateful').href,
      authorization_servers: [project.url],
    });
  });

  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    it(`is the same gateway as ${host}`, async function () {
      const origin = `http://${host}:${project.port}`;
      const answer = await post(`${origin}/echo-stateless/mcp`, INITIALIZE);
      expect(answer.headers.get('www-authenticate')).to.include(
        `resource_metadata="${origin}/.well-known/oauth-protected-resource/echo-stateless/mcp"`,
      );
      const metadata = await fetch(`${origin}/.well-known/oauth-protected-resource/echo-stateless/mcp`);
      expect(await metadata.json()).to.deep.include({
        resource: `${origin}/echo-stateless/mcp`,
        authorization_servers: [project.url],
      });
      const token = await project.token('--service', 'echo-stateless');
      expect((await post(`${origin}/echo-stateless/mcp`, INITIALIZE, bearer(token))).status).to.equal(200);
    });
  }

  it('refuses a foreign Host and a foreign Origin', async () => {
    const token = await project.token('--service', 'echo-stateless');
    const url = project.mcpUrl('echo-stateless');
    const foreign = await post(url, INITIALIZE, { ...bearer(token), origin: 'https://evil.example' });
    expect(foreign.status).to.equal(403);
    expect(await statusWithHost(project.port, token)).to.equal(403);
  });

  describe('what a service sees', () => {
    const FORGED = {
      'x-user-id': 'github:1',
      x_user_id: 'github:2',
      'x.user.id': 'github:3',
      'x-user-name': 'mallory',
      'x-client-id': 'forged-client',
      'x-scope': 'forged:scope',
      'x-allowed-tools': 'forged_tool',
      cookie: 'session=forged',
    };

    for (const service of ['echo-stateless', 'echo-stateful']) {
      it(`of ${service}: the caller as the token names it, nothing a client made up, and no token`, async () => {
        const token = await project.token('--service', service);
        const url = project.mcpUrl(service);
        const headers = { ...bearer(token), ...FORGED };
        const hello = await post(url, INITIALIZE, headers);
        expect(hello.status).to.equal(200);
        await hello.text();
        const session = hello.headers.get('mcp-session-id');
        const answer = await post(
          url,
          { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'printHeader', arguments: {} } },
          {
            ...headers,
            'mcp-protocol-version': '2025-11-25',
            ...(session !== null && { 'mcp-session-id': session }),
          },
        );
        const text = JSON.stringify(await messageOf(answer));
        expect(text).to.include('local:owner').and.to.include('mcpgw-cli');
        for (const value of Object.values(FORGED)) expect(text).not.to.include(value);
        expect(text).not.to.include(token).and.not.to.include('eyJ');
      });
    }
  });
});

/** fetch sets Host itself, so this goes one layer below. */
async function statusWithHost(port: number, token: string): Promise<number | undefined> {
  const { request } = await import('node:http');
  return new Promise((done, fail) => {
    const body = JSON.stringify(INITIALIZE);
    request(
      {
        host: '127.0.0.1',
        port,
        path: '/echo-stateless/mcp',
        method: 'POST',
        headers: {
          ...bearer(token),
          host: 'evil.example',
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        done(response.statusCode);
      },
    )
      .on('error', fail)
      .end(body);
  });
}
