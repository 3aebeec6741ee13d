import { expect } from 'chai';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { EXIT } from '../../src/lib/errors.ts';
import { cli, describeResult, type CliResult } from '../support/cli.ts';
import { Project, type Status } from '../support/e2e/project.ts';
import { bearer, INITIALIZE, post } from '../support/mcp/raw.ts';
import { tempDir } from '../support/temp-dir.ts';

const ECHO = ['--only', 'echo-stateless'];

describe('what goes wrong is said, and nothing is lost', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof tempDir>;
  let project: Project;

  beforeEach(async () => {
    folder = tempDir();
    project = await Project.at(join(folder.path, 'project'), '--services', 'echo-stateless');
  });

  afterEach(async () => {
    await project.down();
    folder.remove();
  });

  const up = (args: string[], env: NodeJS.ProcessEnv = process.env): Promise<CliResult> =>
    project.cli(['up', '--detach', ...args], { env });
  const failsWith = (result: CliResult, code: number, ...says: (string | RegExp)[]) => {
    expect(result.code, describeResult(result)).to.equal(code);
    for (const words of says) expect(result.stderr).to.match(new RegExp(words));
  };
  const write = (file: string, text: string) => {
    mkdirSync(join(project.root, file, '..'), { recursive: true });
    writeFileSync(join(project.root, file), text);
  };

  it('no project: names `mcpgw init`', async () => {
    failsWith(await cli(['up'], { cwd: folder.path }), EXIT.usage, 'mcpgw init');
  });

  it('a busy port: names the next free one', async () => {
    const server = createServer().listen(project.port, '127.0.0.1');
    await once(server, 'listening');
    try {
      failsWith(await up(ECHO), EXIT.conflict, String((server.address() as AddressInfo).port), /--port \d+/);
    } finally {
      server.close();
    }
  });

  it('a second `up` in the foreground: says that the project runs already, and leaves it alone', async () => {
    expect((await up(ECHO)).code).to.equal(EXIT.ok);
    failsWith(await project.cli(['up']), EXIT.conflict, /already/i);
    expect((await project.json<Status>(['status'])).ready).to.equal(true);
  });

  it('an unknown key in .env: file, line, key and the nearest known one', async () => {
    const text = `${readFileSync(join(project.root, '.env'), 'utf8')}\nMCP_EVERYTHIN_ENABLED=true\n`;
    write('.env', text);
    const line = text.trimEnd().split('\n').length;
    failsWith(
      await up(ECHO),
      EXIT.usage,
      `\\.env:${line}`,
      'MCP_EVERYTHIN_ENABLED',
      'MCP_EVERYTHING_ENABLED',
    );
    expect(readFileSync(join(project.root, '.env'), 'utf8')).to.equal(text);
  });

  it('a bad value in .env: what was found and what is allowed', async () => {
    write('.env', 'MCP_MEMORY_ENABLED=perhaps\n');
    failsWith(await up(ECHO), EXIT.usage, /\.env:1/, 'MCP_MEMORY_ENABLED', 'perhaps', 'true');
  });

  it('a bad value in mcpgw.yaml: its line', async () => {
    write('mcpgw.yaml', '# mine\ntarget: laptop\n');
    failsWith(await up(ECHO), EXIT.usage, /mcpgw\.yaml:2/, 'target', 'laptop', 'local');
  });

  it('a bad descriptor: its file and line', async () => {
    write('services/mine.yaml', 'name: mine\ntitle: Mine\npattern: magic\n');
    failsWith(await up(ECHO), EXIT.usage, /services\/mine\.yaml:3/, 'pattern', 'magic', 'proxy');
  });

  it('an unknown service: the known ones, and the nearest', async () => {
    failsWith(
      await up(['--only', 'ecko-stateless']),
      EXIT.usage,
      'ecko-stateless',
      'echo-stateless',
      'memory',
    );
  });

  it('a service whose command does not exist, and one that exits at once: both fail, the others run', async () => {
    write('services/absent.yaml', 'name: absent\ntitle: Absent\npattern: proxy\ncommand: no-such-program\n');
    const program = 'console.error("the last words of quitter"); process.exit(3)';
    write(
      'services/quitter.yaml',
      `name: quitter\ntitle: Quitter\npattern: proxy\ncommand: ${process.execPath}\nargs: [-e, '${program}']\n`,
    );
    const result = await project.cli(['up', '--detach', '--json', '--only', 'absent,quitter,echo-stateless']);
    expect(result.code, describeResult(result)).to.equal(EXIT.failed);
    const status = JSON.parse(result.stdout) as Status;
    const service = (name: string) => status.services.find((one) => one.name === name)!;
    expect(status.ready).to.equal(false);
    expect(service('absent'))
      .to.include({ state: 'failed' })
      .and.property('error')
      .that.includes('no-such-program');
    expect(service('quitter').state).to.equal('failed');
    expect(service('quitter').error).to.include('the last words of quitter');
    expect(service('echo-stateless').state).to.equal('ready');
    const token = await project.token('--service', 'echo-stateless');
    expect((await post(project.mcpUrl('echo-stateless'), INITIALIZE, bearer(token))).status).to.equal(200);
  });

  describe('on a machine without Python', () => {
    let env: NodeJS.ProcessEnv;

    beforeEach(() => {
      const bin = join(folder.path, 'bin');
      mkdirSync(bin);
      symlinkSync(process.execPath, join(bin, 'node'));
      env = { ...process.env, PATH: bin };
    });

    it('a service that needs it is unavailable, with the line that installs it', async () => {
      // Enabled services are selected without being named: a missing prerequisite is then no failure.
      const status = await project.json<Status>(['up', '--detach'], {
        env: { ...env, MCP_TIME_ENABLED: 'true' },
      });
      const time = status.services.find(({ name }) => name === 'time')!;
      expect(status.ready).to.equal(true);
      expect(time.state).to.equal('unavailable');
      expect(time.error)
        .to.match(/python/i)
        .and.match(/install/i);
      expect(status.services.find(({ name }) => name === 'echo-stateless')!.state).to.equal('ready');
    });

    it('naming it in --only is a failure that leaves the rest running', async () => {
      failsWith(await up(['--only', 'time,echo-stateless'], env), EXIT.failed, 'time', /python/i);
      const { services } = await project.json<Status>(['status']);
      expect(services.find(({ name }) => name === 'echo-stateless')!.state).to.equal('ready');
    });
  });

  it('a registry that cannot be reached: names it, and starts nothing', async () => {
    const env = {
      ...process.env,
      npm_config_registry: 'http://127.0.0.1:1/',
      npm_config_cache: join(folder.path, 'npm-cache'),
      npm_config_fetch_retries: '0',
    };
    failsWith(await up(['--only', 'memory,echo-stateless'], env), EXIT.unreachable, 'memory', /regist/i);
  });
});
