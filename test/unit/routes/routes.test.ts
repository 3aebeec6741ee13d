import { expect } from 'chai';
import { routeTableSchema, type RouteTable } from '../../../servers/kit/src/contract/index.ts';
import { checkRoutes } from '../../../src/lib/routes/check.ts';
import { routeTable, serviceUrls } from '../../../src/lib/routes/table.ts';
import { loadProject, type Project } from '../../../src/lib/project.ts';
import { projectDir } from '../../support/project.ts';

type Route = RouteTable['routes'][number];

describe('the route table', () => {
  const projects: ReturnType<typeof projectDir>[] = [];
  afterEach(() => projects.splice(0).forEach((project) => project.remove()));

  const project = (env = '', port?: number): Project => {
    const dir = projectDir({ '.env': env });
    projects.push(dir);
    return loadProject(dir.path, port === undefined ? {} : { port }, {});
  };
  const mcpRoutes = (table: RouteTable) => table.routes.filter((route) => route.kind === 'mcp');
  const byId = (table: RouteTable, id: string): Route | undefined =>
    table.routes.find((route) => route.id === id);

  it('is valid by the contract', () => {
    const { routes } = project();
    expect(routeTableSchema.parse(routes)).to.deep.equal(routes);
  });

  it('has the issuer and the three names of this machine', () => {
    expect(project('', 9000).routes).to.deep.include({
      issuer: 'http://localhost:9000',
      origins: ['http://localhost:9000', 'http://127.0.0.1:9000', 'http://[::1]:9000'],
    });
  });

  it('leaves HTTP’s own port out of URLs', () => {
    const { issuer, routes } = project('', 80).routes;
    expect(issuer).to.equal('http://localhost');
    expect(routes.every(({ url }) => url.startsWith('http://localhost/'))).to.equal(true);
  });

  it('has one endpoint a service, with its audience, metadata and scope', () => {
    expect(byId(project('MCP_CORS_ORIGINS=https://a.example\n').routes, 'fetch')).to.deep.equal({
      id: 'fetch',
      kind: 'mcp',
      url: 'http://localhost:8080/fetch/mcp',
      service: 'fetch',
      title: 'Fetch',
      resource: 'http://localhost:8080/fetch/mcp',
      aliases: ['http://127.0.0.1:8080/fetch/mcp', 'http://[::1]:8080/fetch/mcp'],
      metadataUrl: 'http://localhost:8080/.well-known/oauth-protected-resource/fetch/mcp',
      auth: true,
      scope: 'mcp',
      scopes: ['mcp'],
      token: 'strip',
      upstreams: ['inprocess:fetch'],
      policy: [],
    });
  });

  it('describes every endpoint at the path form of its URL (RFC 9728 section 3.1)', () => {
    expect(byId(project().routes, 'fetch.metadata')).to.deep.equal({
      id: 'fetch.metadata',
      kind: 'protected-resource-metadata',
      url: 'http://localhost:8080/.well-known/oauth-protected-resource/fetch/mcp',
      describes: 'fetch',
      auth: false,
    });
  });

  it('has no route for a disabled service', () => {
    const { routes } = project('MCP_FETCH_ENABLED=false\n').routes;
    expect(routes.filter(({ id }) => id === 'fetch' || id.startsWith('fetch.'))).to.deep.equal([]);
    expect(routes.some(({ url }) => url.includes('/fetch/'))).to.equal(false);
  });

  it('can be asked for other services than the enabled ones', () => {
    const { config, catalog } = project('MCP_FETCH_ENABLED=false\n');
    expect(mcpRoutes(routeTable(config, catalog, ['fetch'])).map(({ service }) => service)).to.deep.equal([
      'fetch',
    ]);
    expect(serviceUrls(config, 'fetch')).to.deep.equal(['http://localhost:8080/fetch/mcp']);
  });

  it('maps all URLs of a service, and all their spellings, to the first one without its slash', () => {
    const routes = mcpRoutes(
      project('MCP_FETCH_URLS=/web/mcp/,http://127.0.0.1:8080/fetch/mcp\n').routes,
    ).filter(({ service }) => service === 'fetch');
    expect(routes.map(({ id, url, metadataUrl }) => [id, url, metadataUrl])).to.deep.equal([
      [
        'fetch',
        'http://localhost:8080/web/mcp/',
        'http://localhost:8080/.well-known/oauth-protected-resource/web/mcp',
      ],
      [
        'fetch.2',
        'http://127.0.0.1:8080/fetch/mcp',
        'http://127.0.0.1:8080/.well-known/oauth-protected-resource/fetch/mcp',
      ],
    ]);
    for (const { resource, aliases } of routes) {
      expect(resource).to.equal('http://localhost:8080/web/mcp');
      expect(aliases).to.have.members([
        'http://127.0.0.1:8080/web/mcp',
        'http://[::1]:8080/web/mcp',
        'http://localhost:8080/fetch/mcp',
        'http://127.0.0.1:8080/fetch/mcp',
        'http://[::1]:8080/fetch/mcp',
      ]);
    }
  });

  it('moves with the port, where the URLs are paths', () => {
    expect(byId(project('MCP_FETCH_URLS=/web/mcp\n', 9000).routes, 'fetch')?.url).to.equal(
      'http://localhost:9000/web/mcp',
    );
  });

  it('hands the policy on', () => {
    const dir = projectDir({ 'mcpgw.yaml': 'policy:\n  time: [{users: ["local:owner"], tools: [now]}]\n' });
    projects.push(dir);
    const route = byId(loadProject(dir.path, {}, {}).routes, 'time');
    expect(route?.kind === 'mcp' && route.policy).to.deep.equal([{ users: ['local:owner'], tools: ['now'] }]);
  });

  it('passes its own check, whatever the services, ports and URLs', () => {
    const { config, catalog } = project();
    const names = [...catalog.keys()];
    const paths = ['/a', '/a/b', '/a/b/c', '/tools/mcp/', '/A', '/jwks2', '/registered/mcp', '/tokens'];
    for (let round = 0; round < 100; round += 1) {
      // Every round another part of the services, each with other paths, no path twice.
      const free = paths.map((_, at) => paths[(at * 3 + round) % paths.length] ?? '');
      const services = new Map(
        names.map((name, at) => [
          name,
          { enabled: ((round >> (at % 7)) & 1) === 0, urls: at < 4 ? free.splice(0, (round + at) % 3) : [] },
        ]),
      );
      const table = routeTable({ ...config, port: 1 + ((round * 631) % 65_535), services }, catalog);
      expect(checkRoutes(table)).to.deep.equal([]);
      expect(new Set(mcpRoutes(table).map(({ service }) => service))).to.deep.equal(
        new Set(names.filter((name) => services.get(name)?.enabled)),
      );
    }
  });
});

describe('the checker of the route table', () => {
  const dir = projectDir();
  const table = loadProject(dir.path, {}, {}).routes;
  dir.remove();

  /** The table with one route changed. */
  const changed = (id: string, change: Record<string, unknown>): RouteTable => ({
    ...table,
    routes: table.routes.map((route) => (route.id === id ? { ...route, ...change } : route)),
  });
  const problems = (candidate: RouteTable): string[] => checkRoutes(candidate).map(({ message }) => message);
  const own = (path: string): string => `http://localhost:8080${path}`;

  it('finds nothing wrong with a good one', () => {
    expect(problems(table)).to.deep.equal([]);
  });

  it('finds every endpoint that would be open', () => {
    for (const route of table.routes.filter(({ kind }) => kind === 'mcp')) {
      expect(problems(changed(route.id, { auth: false }))).to.deep.equal([
        `${route.url} can be reached without a token.`,
      ]);
    }
  });

  it('finds every well-known document that would be closed', () => {
    for (const route of table.routes.filter(({ url }) => url.includes('/.well-known/'))) {
      expect(problems(changed(route.id, { auth: true }))).to.deep.equal([
        `${route.url} needs a token and must be open.`,
      ]);
    }
  });

  it('finds an endpoint among the open documents', () => {
    expect(problems(changed('fetch', { url: own('/.well-known/mcp') }))).to.deep.equal([
      'http://localhost:8080/.well-known/mcp lies below /.well-known/, which is open. Allowed: any other path.',
    ]);
  });

  it('finds a URL outside the gateway', () => {
    for (const url of [
      'http://localhost:8081/fetch/mcp',
      'https://localhost:8080/fetch/mcp',
      'http://evil.example/mcp',
    ]) {
      expect(problems(changed('fetch', { url }))[0]).to.equal(
        `${url} does not lie on the gateway. Allowed: URLs below http://localhost:8080, http://127.0.0.1:8080, http://[::1]:8080.`,
      );
    }
    expect(problems({ ...table, issuer: 'http://localhost:1' })).to.deep.equal([
      'The issuer http://localhost:1 is none of the gateway’s origins.',
    ]);
  });

  it('finds two routes of one name', () => {
    expect(problems(changed('fetch.metadata', { id: 'time.metadata' }))).to.include(
      'Two routes are called time.metadata.',
    );
  });

  for (const [what, url] of [
    ['another service', own('/time/mcp')],
    ['another service, under another name of this machine', 'http://127.0.0.1:8080/time/mcp'],
    ['another service, but for a slash', own('/time/mcp/')],
    ['a document', own('/.well-known/oauth-protected-resource/time/mcp')],
    ['a path of the authorization server', own('/token')],
    ['what is below a prefix of the authorization server', own('/register/mcp')],
    ['the prefix itself', own('/authorize')],
  ] as const) {
    it(`finds an endpoint that shadows ${what}, and names its service`, () => {
      const found = checkRoutes(changed('fetch', { url })).filter(({ message }) =>
        message.includes('same address'),
      );
      expect(found).to.have.length(1);
      expect(found[0]?.service).to.be.oneOf(['fetch', 'time']);
      expect(found[0]?.message).to.contain(url);
    });
  }

  it('does not take a longer word for a path below', () => {
    expect(
      problems(changed('fetch', { url: own('/registered/mcp') })).filter((it) => it.includes('same')),
    ).to.deep.equal([]);
  });

  it('finds two services with one audience, in any spelling', () => {
    for (const resource of [own('/time/mcp'), 'http://[::1]:8080/time/mcp/']) {
      expect(problems(changed('fetch', { resource })).join()).to.match(
        /is a resource of fetch and of time\./,
      );
    }
    expect(problems(changed('fetch', { aliases: [own('/time/mcp')] })).join()).to.contain(
      'of fetch and of time',
    );
  });

  it('finds a challenge that names another document, and a document of nothing', () => {
    expect(
      problems(changed('fetch', { metadataUrl: own('/.well-known/oauth-protected-resource/x') })),
    ).to.deep.equal([
      'http://localhost:8080/.well-known/oauth-protected-resource/fetch/mcp describes fetch, which does not name it.',
    ]);
    expect(problems(changed('fetch.metadata', { describes: 'nothing' })).join()).to.contain(
      'describes nothing',
    );
    expect(
      problems({ ...table, routes: table.routes.filter(({ id }) => id !== 'fetch.metadata') }),
    ).to.deep.equal(['http://localhost:8080/fetch/mcp has no protected-resource metadata.']);
  });
});
