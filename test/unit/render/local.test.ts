import { expect } from 'chai';
import { join } from 'node:path';
import {
  gatewayFileSchema,
  routeTableSchema,
  type GatewayFile,
  type GatewayService,
} from '../../../servers/kit/src/contract/index.ts';
import type { Prepared } from '../../../src/lib/packages/prepare.ts';
import { loadProject, type Project } from '../../../src/lib/project.ts';
import { renderLocal } from '../../../src/lib/render/local.ts';
import { projectDir } from '../../support/project.ts';

const installed: Prepared = { state: 'installed', command: '/bin/server', args: ['--x'], path: '/only/this' };

describe('rendering the local target', () => {
  const dirs: ReturnType<typeof projectDir>[] = [];
  afterEach(() => dirs.splice(0).forEach((dir) => dir.remove()));

  const project = (files: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}): Project => {
    const dir = projectDir(files);
    dirs.push(dir);
    return loadProject(dir.path, {}, env);
  };
  const render = (from: Project, selected: string[], prepared: Record<string, Prepared> = {}) => {
    const everyone = Object.fromEntries(selected.map((name) => [name, installed]));
    const files = renderLocal(from, selected, new Map(Object.entries({ ...everyone, ...prepared })));
    expect(files.map(({ name }) => name)).to.deep.equal(['gateway.json', 'routes.json']);
    const [gateway, routes] = files.map(({ text }) => JSON.parse(text) as unknown);
    return { gateway: gatewayFileSchema.parse(gateway), routes: routeTableSchema.parse(routes), files };
  };
  const service = (gateway: GatewayFile, name: string): GatewayService | undefined =>
    gateway.services.find((it) => it.name === name);
  const runOf = (gateway: GatewayFile, name: string) => {
    const disposition = service(gateway, name)?.disposition;
    if (disposition?.state !== 'selected' || disposition.run.kind !== 'proxy')
      throw new Error(`${name} does not run`);
    return disposition.run;
  };

  it('hands on the settings of the gateway', () => {
    const from = project({ '.env': 'HTTP_PORT=9000\nLOG_LEVEL=debug\nACCESS_TOKEN_LIFETIME=5m\n' });
    const { gateway } = render(from, []);
    expect(gateway).to.deep.include({
      version: 1,
      port: 9000,
      stateDir: join(from.root, '.mcpgw'),
      logLevel: 'debug',
    });
    expect(gateway.auth).to.deep.equal({
      identityProviders: ['local'],
      lifetimes: from.config.lifetimes,
      registrationsPerMinute: 300,
    });
    expect(gateway.auth.lifetimes.accessToken).to.equal(300);
  });

  it('names every service with its URL and what is to become of it', () => {
    const from = project({ '.env': 'MCP_TIME_ENABLED=false\nMCP_FETCH_URLS=/web/mcp\n' });
    const reason = { state: 'unavailable', reason: 'no Python', nextStep: 'install it' } as const;
    const { gateway } = render(from, ['echo-stateless', 'fetch'], { fetch: reason });
    expect(
      gateway.services.map(({ name, url, disposition }) => [name, url, disposition.state]),
    ).to.deep.equal([
      ['echo-stateful', 'http://localhost:8080/echo-stateful/mcp', 'stopped'],
      ['echo-stateless', 'http://localhost:8080/echo-stateless/mcp', 'selected'],
      ['everything', 'http://localhost:8080/everything/mcp', 'stopped'],
      ['fetch', 'http://localhost:8080/web/mcp', 'unavailable'],
      ['fetchs', 'http://localhost:8080/fetchs/mcp', 'stopped'],
      ['filesystem', 'http://localhost:8080/filesystem/mcp', 'stopped'],
      ['memory', 'http://localhost:8080/memory/mcp', 'stopped'],
      ['sequentialthinking', 'http://localhost:8080/sequentialthinking/mcp', 'stopped'],
      ['time', 'http://localhost:8080/time/mcp', 'disabled'],
    ]);
    expect(service(gateway, 'fetch')?.disposition).to.deep.equal(reason);
  });

  it('gives a disabled service a route while it is selected, and only then', () => {
    const from = project({ '.env': 'MCP_TIME_ENABLED=false\n' });
    const ids = (selected: string[]) => render(from, selected).routes.routes.map(({ id }) => id);
    expect(ids(['time']))
      .to.include('time')
      .and.to.include('fetch');
    expect(ids([])).not.to.include('time');
  });

  it('runs a native service inside the gateway, with its limits', () => {
    const { gateway } = render(project(), ['echo-stateful']);
    const disposition = service(gateway, 'echo-stateful')?.disposition;
    expect(disposition).to.deep.nested.include({ state: 'selected', 'run.kind': 'native' });
    expect(disposition).to.have.nested.property('run.limits.sessions', 4096);
    expect(disposition).to.have.nested.property('run.limits.bodyBytes', 33_554_432);
  });

  it('runs a wrapped service as a child', () => {
    const from = project();
    expect(runOf(render(from, ['everything']).gateway, 'everything')).to.deep.include({
      command: '/bin/server',
      args: ['--x'],
      cwd: join(from.root, '.mcpgw/data/everything'),
      userDirs: join(from.root, '.mcpgw/data/everything'),
      isolation: 'session',
      arbitraryCode: false,
      spares: 1,
    });
  });

  it('runs a project’s own service in the project folder', () => {
    const from = project({ 'services/own.yaml': 'name: own\ncommand: x\nisolation: shared\n' });
    expect(runOf(render(from, ['own']).gateway, 'own')).to.deep.include({ cwd: from.root, spares: 0 });
  });

  it('starts children ahead of need only where each session has its own and none must know its user', () => {
    const from = project({ 'services/own.yaml': 'name: own\ncommand: x\n' });
    const names = ['everything', 'sequentialthinking', 'own', 'memory', 'time'];
    const { gateway } = render(from, names);
    expect(names.map((name) => runOf(gateway, name).spares)).to.deep.equal([1, 1, 0, 0, 0]);
  });

  it('gives each user a home, and a process for all one of the service', () => {
    const files = {
      'services/a.yaml': 'name: a\ncommand: x\nisolation: session\n',
      'services/b.yaml': 'name: b\ncommand: x\nisolation: user\n',
      'services/c.yaml': 'name: c\ncommand: x\nisolation: shared\n',
    };
    const from = project(files);
    const { gateway } = render(from, ['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map((name) => runOf(gateway, name).env['HOME'])).to.deep.equal([
      '{userDir}',
      '{userDir}',
      join(from.root, '.mcpgw/data/c'),
    ]);
  });

  it('gives a child the environment of its descriptor and four variables of the person’s, sorted, nothing else', () => {
    const from = project(
      {},
      {
        TZ: 'Asia/Tokyo',
        LANG: 'de_DE.UTF-8',
        TMPDIR: '/private/tmp',
        HOME: '/home/me',
        AWS_SECRET_ACCESS_KEY: 's',
      },
    );
    expect(Object.entries(runOf(render(from, ['memory']).gateway, 'memory').env)).to.deep.equal([
      ['HOME', '{userDir}'],
      ['LANG', 'de_DE.UTF-8'],
      ['MEMORY_FILE_PATH', '{userDir}/memory.jsonl'],
      ['PATH', '/only/this'],
      ['TMPDIR', '/private/tmp'],
      ['TZ', 'Asia/Tokyo'],
    ]);
    expect(runOf(render(project(), ['time']).gateway, 'time').env).to.have.all.keys('HOME', 'LANG', 'PATH');
  });

  it('lets a descriptor set what a child is given otherwise', () => {
    const from = project({
      'services/own.yaml': "name: own\ncommand: x\nenvironment: {HOME: /home/me, PATH: '/usr/bin'}\n",
    });
    expect(runOf(render(from, ['own']).gateway, 'own').env).to.deep.include({
      HOME: '/home/me',
      PATH: '/usr/bin',
    });
  });

  it('is the same text for the same project, whatever the order of names', () => {
    const from = project();
    const names = [...from.catalog.keys()];
    expect(render(from, names).files).to.deep.equal(render(from, names.toReversed()).files);
  });

  it('does not render a service that nobody has prepared', () => {
    expect(() => renderLocal(project(), ['time'], new Map())).to.throw('time was selected and not prepared');
  });
});
