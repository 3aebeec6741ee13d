import { expect } from 'chai';
import { chmodSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, type Config, type LoadedConfig } from '../../../src/lib/config/config.ts';
import type { SettingKey } from '../../../src/lib/config/settings.ts';
import { projectDir } from '../../support/project.ts';

interface Given {
  files?: Record<string, string>;
  env?: NodeJS.ProcessEnv;
  flags?: [SettingKey, string][];
}

describe('configuration', () => {
  const projects: ReturnType<typeof projectDir>[] = [];
  afterEach(() => projects.splice(0).forEach((project) => project.remove()));

  const load = ({ files = {}, env = {}, flags = [] }: Given): LoadedConfig & { root: string } => {
    const project = projectDir(files);
    projects.push(project);
    const services = ['echo-stateless', 'fetch', 'time'];
    return {
      root: project.path,
      ...loadConfig({ root: project.path, services, flags: new Map(flags), env }),
    };
  };
  const config = (given: Given): Config => load(given).config;
  const dotenv = (text: string): Given => ({ files: { '.env': text } });
  const yaml = (text: string): Given => ({ files: { 'mcpgw.yaml': text } });

  it('is complete with nothing said', () => {
    const { services, ...rest } = config(yaml(''));
    expect(rest).to.deep.equal({
      target: 'local',
      baseDomain: 'localhost',
      port: 8080,
      identityProviders: ['local'],
      lifetimes: {
        accessToken: 900,
        refreshToken: 2_592_000,
        authorizationCode: 60,
        session: 43_200,
        client: 7_776_000,
      },
      registrationsPerMinute: 300,
      corsOrigins: [],
      logLevel: 'info',
      policy: new Map(),
      isolation: new Map(),
      limits: new Map(),
    });
    expect([...services]).to.deep.equal([
      ['echo-stateless', { enabled: true, urls: [] }],
      ['fetch', { enabled: true, urls: [] }],
      ['time', { enabled: true, urls: [] }],
    ]);
  });

  it('makes a .env that others can read its owner’s only', () => {
    const project = projectDir({ '.env': 'HTTP_PORT=9000\n', elsewhere: 'HTTP_PORT=9001\n' });
    projects.push(project);
    const read = () =>
      loadConfig({ root: project.path, services: [], flags: new Map(), env: {} }).config.port;
    const mode = (name: string) => statSync(join(project.path, name)).mode & 0o777;
    chmodSync(join(project.path, '.env'), 0o644);
    expect(read()).to.equal(9000);
    expect(mode('.env')).to.equal(0o600);
    chmodSync(join(project.path, '.env'), 0o400);
    read();
    expect(mode('.env')).to.equal(0o400);
    rmSync(join(project.path, '.env'));
    chmodSync(join(project.path, 'elsewhere'), 0o644);
    symlinkSync('elsewhere', join(project.path, '.env'));
    expect(read()).to.equal(9001);
    expect(mode('elsewhere')).to.equal(0o644);
  });

  it('reads every key', () => {
    const found = config(
      dotenv(
        [
          'BASE_DOMAIN=mcp.localhost',
          'HTTP_PORT=9000',
          'IDENTITY_PROVIDERS=local',
          'ACCESS_TOKEN_LIFETIME=1h',
          'REFRESH_TOKEN_LIFETIME=86400',
          'SESSION_TIMEOUT=30m',
          'CLIENT_LIFETIME=0',
          'REGISTRATIONS_PER_MINUTE=1000',
          'MCP_CORS_ORIGINS=https://a.example, https://b.example',
          'LOG_LEVEL=debug',
          'MCP_ECHO_STATELESS_ENABLED=false',
          'MCP_FETCH_URLS=/web/mcp,http://localhost:9000/fetch/mcp',
        ].join('\n'),
      ),
    );
    expect(found).to.deep.include({
      baseDomain: 'mcp.localhost',
      port: 9000,
      registrationsPerMinute: 1000,
      corsOrigins: ['https://a.example', 'https://b.example'],
      logLevel: 'debug',
    });
    expect(found.lifetimes).to.deep.equal({
      accessToken: 3600,
      refreshToken: 86_400,
      authorizationCode: 60,
      session: 1800,
      client: 0,
    });
    expect(found.services.get('echo-stateless')?.enabled).to.equal(false);
    expect(found.services.get('fetch')?.urls).to.deep.equal(['/web/mcp', 'http://localhost:9000/fetch/mcp']);
  });

  describe('precedence, highest first', () => {
    const layers = ['a flag', 'the process environment', '.env', 'mcpgw.yaml', 'the default'];
    const given = (from: number): Given => ({
      flags: from <= 0 ? [['HTTP_PORT', '1000']] : [],
      env: from <= 1 ? { HTTP_PORT: '1001' } : {},
      files: {
        ...(from <= 2 && { '.env': 'HTTP_PORT=1002\n' }),
        'mcpgw.yaml': from <= 3 ? 'defaults:\n  HTTP_PORT: 1003\n' : '',
      },
    });
    layers.forEach((layer, at) => {
      it(`${at + 1}. ${layer}`, () => {
        expect(config(given(at)).port).to.equal([1000, 1001, 1002, 1003, 8080][at]);
      });
    });
  });

  it('takes an empty value for absent, and for an empty list where the key is one', () => {
    const found = config({
      env: { HTTP_PORT: '', MCP_CORS_ORIGINS: '' },
      files: { '.env': 'HTTP_PORT=9000\nMCP_CORS_ORIGINS=https://a.example\n' },
    });
    expect([found.port, found.corsOrigins]).to.deep.equal([9000, []]);
  });

  it('lets the last of a repeated key count', () => {
    expect(config(dotenv('HTTP_PORT=1000\nHTTP_PORT=1001\n')).port).to.equal(1001);
  });

  it('does not mind what else stands in the environment', () => {
    expect(config({ env: { MCP_NOTHING_ENABLED: 'x', PORT: 'y' } }).port).to.equal(8080);
  });

  it('takes a name below localhost for this machine', () => {
    expect(config(dotenv('BASE_DOMAIN=mcp.localhost\n')).baseDomain).to.equal('mcp.localhost');
  });

  it('takes a section without content for absent', () => {
    expect(config(yaml('target:\npolicy:\nisolation:\nlimits:\ndefaults:\n')).policy.size).to.equal(0);
  });

  it('takes an empty policy for nobody, not for everybody', () => {
    const { policy } = config(yaml('policy:\n  fetch: []\n  time:\n    - tools: [now]\n'));
    expect([...policy]).to.deep.equal([
      ['fetch', [{ users: [] }]],
      ['time', [{ tools: ['now'] }]],
    ]);
  });

  it('turns limits into bytes and milliseconds, and leaves out what is not said', () => {
    const { limits } = config(
      yaml('limits:\n  time: {body: 1mb, request: 90, sessionIdle: 5m, sessions: 3}\n'),
    );
    expect(limits.get('time')).to.deep.equal({
      bodyBytes: 1_048_576,
      requestMs: 90_000,
      sessionIdleMs: 300_000,
      sessions: 3,
    });
  });

  it('knows where the value in force stands', () => {
    const { placeOfSetting, root } = load({
      env: { MCP_TIME_URLS: '/t' },
      files: { '.env': 'MCP_TIME_URLS=/x\nMCP_FETCH_URLS=/f\n' },
    });
    expect(placeOfSetting('MCP_TIME_URLS')).to.deep.equal({ file: 'the environment', key: 'MCP_TIME_URLS' });
    expect(placeOfSetting('MCP_FETCH_URLS')).to.deep.equal({
      file: join(root, '.env'),
      line: 2,
      key: 'MCP_FETCH_URLS',
    });
    expect(placeOfSetting('MCP_ECHO_STATELESS_URLS')).to.equal(undefined);
  });
});
