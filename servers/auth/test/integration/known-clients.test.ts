import { expect } from 'chai';
import { person } from '../../../../test/support/oauth/person.ts';
import { Browser } from '../support/browser.ts';
import { claimsOf, post, register, TestClient } from '../support/client.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

/** How a client that people use introduces itself and asks, as it has been seen to. */
interface KnownClient {
  name: string;
  /** What it registers; or, with an id, its metadata document. */
  metadata: Record<string, unknown>;
  /** A client id that is the address of its document. */
  id?: string;
  /** The redirect address it then uses. */
  redirectUri: string;
  /** Parameters of the authorization request, beside the usual ones. */
  authorize?: Record<string, string | undefined>;
  /** Parameters of the refresh request. */
  refresh?: 'resource' | 'resource and scope' | 'nothing';
  expected: { applicationType: 'native' | 'web'; method: string };
}

const CODE = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const PUBLIC = { ...CODE, token_endpoint_auth_method: 'none' };
const NATIVE = { applicationType: 'native', method: 'none' } as const;

const CLIENTS: KnownClient[] = [
  {
    name: 'Claude Code, by its metadata document, on a port of its own',
    id: 'https://claude.ai/oauth/claude-code-client-metadata',
    metadata: {
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      client_uri: 'https://claude.ai',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      ...PUBLIC,
    },
    redirectUri: 'http://localhost:3118/callback',
    expected: NATIVE,
  },
  {
    name: 'Claude Code, registering',
    metadata: {
      client_name: 'Claude Code (echo)',
      redirect_uris: ['http://localhost:54212/callback'],
      ...PUBLIC,
    },
    redirectUri: 'http://localhost:54212/callback',
    authorize: { scope: undefined },
    expected: NATIVE,
  },
  {
    name: 'claude.ai',
    metadata: {
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      scope: 'mcp',
      ...PUBLIC,
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
    expected: { applicationType: 'web', method: 'none' },
  },
  {
    name: 'claude.com, with a secret',
    metadata: {
      client_name: 'Claude',
      redirect_uris: ['https://claude.com/api/mcp/auth_callback'],
      ...CODE,
      token_endpoint_auth_method: 'client_secret_post',
    },
    redirectUri: 'https://claude.com/api/mcp/auth_callback',
    expected: { applicationType: 'web', method: 'client_secret_post' },
  },
  {
    name: 'ChatGPT',
    metadata: {
      client_name: 'ChatGPT',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
      ...PUBLIC,
    },
    redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
    authorize: { scope: 'mcp echo:write' },
    expected: { applicationType: 'web', method: 'none' },
  },
  {
    name: 'Codex (the Rust SDK), which asks for every scope it sees',
    metadata: {
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1:41235/callback'],
      application_type: 'native',
      scope: 'mcp echo:write offline_access',
      ...PUBLIC,
    },
    redirectUri: 'http://127.0.0.1:41235/callback',
    authorize: { scope: 'mcp echo:write offline_access' },
    refresh: 'resource',
    expected: NATIVE,
  },
  {
    name: 'Cursor, with three kinds of redirect addresses at once',
    metadata: {
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      ...PUBLIC,
    },
    redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
    expected: NATIVE,
  },
  {
    name: 'VS Code, on another port than it has registered',
    metadata: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      ...PUBLIC,
    },
    redirectUri: 'http://127.0.0.1:50123/',
    refresh: 'resource and scope',
    expected: NATIVE,
  },
  {
    name: 'VS Code, by its metadata document and its web address',
    id: 'https://vscode.dev/oauth/client-metadata.json',
    metadata: {
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_name: 'Visual Studio Code',
      grant_types: [...CODE.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    },
    redirectUri: 'https://vscode.dev/redirect',
    expected: NATIVE,
  },
  {
    name: 'MCP Inspector (SDK v2), which says that it is native',
    metadata: {
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://127.0.0.1:6276/oauth/callback'],
      application_type: 'native',
      scope: '',
      ...PUBLIC,
    },
    redirectUri: 'http://127.0.0.1:6276/oauth/callback',
    authorize: { prompt: 'consent', scope: 'mcp offline_access' },
    refresh: 'resource',
    expected: NATIVE,
  },
  {
    name: 'mcp-remote (SDK v1), with empty and unknown fields',
    metadata: {
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      redirect_uris: ['http://localhost:3334/oauth/callback'],
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      logo_uri: '',
      contacts: [],
      scope: 'openid email profile',
      ...PUBLIC,
    },
    redirectUri: 'http://localhost:3334/oauth/callback',
    authorize: { scope: 'openid email profile' },
    expected: NATIVE,
  },
  {
    name: 'the Go SDK, which names no method and gets a secret',
    metadata: {
      client_name: 'Go',
      redirect_uris: ['http://127.0.0.1:0/callback'],
      application_type: 'native',
    },
    redirectUri: 'http://127.0.0.1:51999/callback',
    refresh: 'nothing',
    expected: { applicationType: 'native', method: 'client_secret_basic' },
  },
];

describe('A client that people use signs in:', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({
      fetch: (url) => {
        const known = CLIENTS.find(({ id }) => id === url);
        return Promise.resolve(known ? Response.json(known.metadata) : new Response('', { status: 404 }));
      },
    });
  });
  after(() => gateway.close());

  const introduce = async ({ id, metadata, expected }: KnownClient): Promise<Record<string, string>> => {
    if (id !== undefined) return { client_id: id };
    const { status, body } = await register(gateway, metadata);
    expect(status, JSON.stringify(body)).to.equal(201);
    expect(body).to.include({
      application_type: expected.applicationType,
      token_endpoint_auth_method: expected.method,
    });
    expect(body['redirect_uris']).to.deep.equal(metadata['redirect_uris']);
    return body;
  };

  for (const known of CLIENTS) {
    it(known.name, async () => {
      const { client_id: id = '', client_secret: secret = '' } = await introduce(known);
      const client = new TestClient(gateway, id, known.redirectUri);
      const callback = await person({ signInCode: SIGN_IN_CODE })(client.authorizationUrl(known.authorize));
      expect(callback.href.startsWith(known.redirectUri)).to.equal(true);
      expect(callback.searchParams.get('iss')).to.equal(gateway.issuer);

      const token = (form: Record<string, string>) =>
        known.expected.method === 'client_secret_basic'
          ? post(`${gateway.issuer}/token`, form, { authorization: `Basic ${btoa(`${id}:${secret}`)}` })
          : post(`${gateway.issuer}/token`, {
              ...form,
              client_id: id,
              ...(secret && { client_secret: secret }),
            });
      const { status, body } = await token({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        code_verifier: client.verifier,
        redirect_uri: known.redirectUri,
        resource: gateway.resource('echo'),
      });
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(claimsOf(body['access_token']!)).to.include({ aud: gateway.resource('echo'), client_id: id });

      const refreshed = await token({
        grant_type: 'refresh_token',
        refresh_token: body['refresh_token']!,
        ...(known.refresh?.startsWith('resource') && { resource: gateway.resource('echo') }),
        ...(known.refresh === 'resource and scope' && { scope: 'mcp' }),
      });
      expect(refreshed.status, JSON.stringify(refreshed.body)).to.equal(200);
      expect(claimsOf(refreshed.body['access_token']!)['aud']).to.equal(gateway.resource('echo'));
    });
  }

  it('and, known by its document, has the host of it shown on the consent page', async () => {
    const { id, redirectUri } = CLIENTS[0]!;
    const browser = new Browser();
    const page = await browser.visit(new TestClient(gateway, id!, redirectUri).authorizationUrl());
    const answer = await browser.submit(page.url, '/sign-in', { code: SIGN_IN_CODE });
    const { text } = await browser.visit(answer.headers.get('location')!);
    expect(text).to.include('Identified by <strong>claude.ai</strong>').and.not.to.include('not verified');
  });
});
