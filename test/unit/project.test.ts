import { expect } from 'chai';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProject, loadProject } from '../../src/lib/project.ts';
import { projectDir, userError } from '../support/project.ts';
import { tempDir } from '../support/temp-dir.ts';

describe('a project', () => {
  const dirs: { remove: () => void }[] = [];
  afterEach(() => dirs.splice(0).forEach((dir) => dir.remove()));
  const made = <Dir extends { remove: () => void }>(dir: Dir): Dir => {
    dirs.push(dir);
    return dir;
  };

  describe('is found', () => {
    it('from its folder and from any below it', () => {
      const { path } = made(projectDir());
      mkdirSync(join(path, 'a/b'), { recursive: true });
      expect(findProject(path)).to.equal(path);
      expect(findProject(join(path, 'a/b'))).to.equal(path);
    });

    it('as the nearest of several', () => {
      const { path } = made(projectDir({ 'inner/mcpgw.yaml': '' }));
      expect(findProject(join(path, 'inner'))).to.equal(join(path, 'inner'));
    });

    it('by --project, relative to the working folder, and only there', () => {
      const { path } = made(projectDir({ 'inner/x': '' }));
      expect(findProject(join(path, 'inner'), '..')).to.equal(path);
      const error = userError(() => findProject(path, 'inner'));
      expect(error.code).to.equal('NO_PROJECT');
      expect(error.message).to.equal(`There is no project in ${join(path, 'inner')}: it has no mcpgw.yaml.`);
      expect(userError(() => findProject(path, 'nowhere')).message).to.contain('it is no folder');
    });

    it('not above, where it belongs to somebody else, unless it is named', function () {
      if (process.getuid?.() !== 0) this.skip();
      const { path } = made(projectDir({ 'inner/x': '' }));
      chownSync(join(path, 'mcpgw.yaml'), 65_534, 65_534);
      const error = userError(() => findProject(join(path, 'inner')));
      expect(error).to.deep.include({ code: 'NO_PROJECT', place: { file: join(path, 'mcpgw.yaml') } });
      expect(findProject(join(path, 'inner'), '..')).to.equal(path);
      expect(findProject(path)).to.equal(path);
    });

    it('nowhere else, and the error says how to make one', () => {
      const { path } = made(tempDir());
      const error = userError(() => findProject(path));
      expect(error.code).to.equal('NO_PROJECT');
      expect(error.nextSteps[0]).to.contain('mcpgw init');
    });
  });

  it('is loaded with its state folder, and the port of the flag', () => {
    const { path } = made(projectDir({ '.env': 'HTTP_PORT=1000\n' }));
    const project = loadProject(path, { port: 2000 }, {});
    expect(project).to.deep.include({ root: path, stateDir: join(path, '.mcpgw') });
    expect(project.config.port).to.equal(2000);
    expect(project.routes.issuer).to.equal('http://localhost:2000');
  });

  it('has mcpgw.yaml’s isolation and limits in its catalog', () => {
    const { path } = made(
      projectDir({
        'mcpgw.yaml': 'isolation: {time: session}\nlimits: {echo-stateful: {sessions: 5, body: 1mb}}\n',
      }),
    );
    const { catalog } = loadProject(path, {}, {});
    expect(catalog.get('time')?.isolation).to.equal('session');
    expect(catalog.get('echo-stateful')?.limits).to.deep.equal({
      sessions: 5,
      sessionsPerUser: 1024,
      bodyBytes: 1_048_576,
    });
  });

  describe('is refused, with the place, for', () => {
    const cases: [string, Record<string, string>, { file: string; line?: number; key: string }, string][] = [
      [
        'a shared process for a service with a folder a user',
        { 'mcpgw.yaml': '# x\nisolation:\n  memory: shared\n' },
        { file: 'mcpgw.yaml', line: 3, key: 'isolation.memory' },
        'isolation.memory is shared, but it keeps a folder for each user ({userDir}). Allowed: session, user.',
      ],
      [
        'processes of a native service',
        { 'mcpgw.yaml': 'isolation:\n  echo-stateful: user\n' },
        { file: 'mcpgw.yaml', line: 2, key: 'isolation.echo-stateful' },
        'isolation.echo-stateful is user, but a native service has no processes to share.',
      ],
      [
        'a URL elsewhere',
        { '.env': '\nMCP_FETCH_URLS=https://mcp.example.com/fetch\n' },
        { file: '.env', line: 2, key: 'MCP_FETCH_URLS' },
        'https://mcp.example.com/fetch does not lie on the gateway. Allowed: URLs below http://localhost:8080',
      ],
      [
        'a URL of another service',
        { '.env': 'MCP_FETCH_URLS=/time/mcp\n' },
        { file: '.env', line: 1, key: 'MCP_FETCH_URLS' },
        'http://localhost:8080/time/mcp of the service fetch and http://localhost:8080/time/mcp of the service time answer the same address.',
      ],
      [
        'the same URL twice',
        { '.env': 'MCP_FETCH_URLS=/a,/a/\n' },
        { file: '.env', line: 1, key: 'MCP_FETCH_URLS' },
        'http://localhost:8080/a of the service fetch and http://localhost:8080/a/ of the service fetch answer',
      ],
      [
        'a path of the authorization server',
        { '.env': 'MCP_FETCH_URLS=/token\n' },
        { file: '.env', line: 1, key: 'MCP_FETCH_URLS' },
        'http://localhost:8080/token of the service fetch and http://localhost:8080/token of the authorization server',
      ],
      [
        'a service whose name is a path of the authorization server',
        { 'services/register.yaml': 'name: register\ncommand: x\n' },
        { file: 'services/register.yaml', key: 'name' },
        'http://localhost:8080/register/mcp of the service register and http://localhost:8080/register of the',
      ],
    ];
    for (const [what, files, place, message] of cases) {
      it(what, () => {
        const { path } = made(projectDir(files));
        const error = userError(() => loadProject(path, {}, {}));
        expect(error.code).to.equal('INVALID_CONFIG');
        expect(error.message).to.satisfy((text: string) => text.startsWith(message), error.message);
        expect(error.place).to.deep.equal({ ...place, file: join(path, place.file) });
        expect(error.nextSteps).not.to.deep.equal([]);
      });
    }
  });
});
