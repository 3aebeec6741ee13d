import { expect } from 'chai';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../../src/lib/errors.ts';
import { cli, describeResult, startCli, type CliResult } from '../../support/cli.ts';
import { Project } from '../../support/e2e/project.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

interface TokenDocument {
  id: string;
  state: string;
  principal: string;
  clientId: string;
  audience: string[];
  scope: string;
  issuedAt: string;
  expiresAt: string;
}

describe('commands', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof tempDir>;
  let project: Project;

  before(async () => {
    folder = tempDir();
    project = await Project.at(join(folder.path, 'p'), '--services', 'echo-stateless,echo-stateful');
    await project.up();
  });
  after(async () => {
    await project.down();
    folder.remove();
  });

  const succeeds = async (...args: string[]): Promise<CliResult> => {
    const result = await project.cli(args);
    expect(result.code, describeResult(result)).to.equal(EXIT.ok);
    return result;
  };

  describe('token', () => {
    it('create prints the bare token, alone, and on stderr whom it is for', async () => {
      const { stdout, stderr } = await succeeds('token', 'create', '--service', 'echo-stateless');
      expect(stdout).to.match(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      expect(stderr).to.contain('local:owner').and.not.to.contain(stdout.trim());
    });

    it('create without a service is for all enabled ones, and says so', async () => {
      const { stdout, stderr } = await succeeds('token', 'create');
      expect(stderr).to.contain('all enabled services: echo-stateful, echo-stateless');
      const { audience } = await project.json<TokenDocument>(['token', 'inspect', stdout.trim()]);
      expect(audience).to.have.members([
        `${project.url}/echo-stateful/mcp`,
        `${project.url}/echo-stateless/mcp`,
      ]);
    });

    it('create takes user, lifetime and services in every form', async () => {
      const token = await project.json<TokenDocument & { token: string }>([
        ...['token', 'create', '--user', 'alice', '--ttl', '90s'],
        ...['--service', 'echo-stateless', '-s', 'echo-stateful'],
      ]);
      expect(token).to.include({
        state: 'active',
        principal: 'local:alice',
        clientId: 'mcpgw-cli',
        scope: 'mcp',
      });
      expect(token.audience).to.have.length(2);
      expect((Date.parse(token.expiresAt) - Date.parse(token.issuedAt)) / 1000).to.equal(90);
    });

    it('inspect and revoke take a token, its id, or a token from standard input', async () => {
      const created = await project.json<TokenDocument & { token: string }>(['token', 'create']);
      for (const reference of [created.token, created.id]) {
        const found = await project.json<TokenDocument>(['token', 'inspect', reference]);
        expect(found).to.include({ id: created.id, state: 'active' });
      }
      const pipe = `printf %s "$TOKEN" | "$NODE" "$RUN" token revoke - --project "$ROOT"`;
      const env = {
        ...process.env,
        TOKEN: created.token,
        NODE: process.execPath,
        RUN: join(import.meta.dirname, '../../../bin/run.js'),
        ROOT: project.root,
      };
      const revoked = await cli(['-c', pipe], { program: ['/bin/sh'], env });
      expect(revoked.code, describeResult(revoked)).to.equal(EXIT.ok);
      expect((await project.json<TokenDocument>(['token', 'inspect', created.id])).state).to.equal('revoked');
      await succeeds('token', 'revoke', created.id);
    });

    it('list shows every token and none in full', async () => {
      const created = await project.json<TokenDocument & { token: string }>(['token', 'create']);
      const { stdout } = await succeeds('token', 'list');
      expect(stdout).to.contain(created.id).and.not.to.contain(created.token);
    });

    it('inspect of what is no token fails, and says so', async () => {
      const result = await project.cli(['token', 'inspect', 'nonsense']);
      expect(result.code).to.equal(EXIT.failed);
      expect(result.stderr).to.contain('TOKEN_NOT_FOUND');
    });

    it('refuses an unknown service, a disabled one and a lifetime of more than a day', async () => {
      for (const [args, code] of [
        [['--service', 'echo-statefull'], 'UNKNOWN_SERVICE'],
        [['--service', 'time'], 'SERVICE_NOT_ENABLED'],
        [['--ttl', '25h'], 'INVALID_VALUE'],
        [['--user', 'a b'], 'INVALID_VALUE'],
      ] as const) {
        const result = await project.cli(['token', 'create', ...args]);
        expect(result.code, describeResult(result)).to.equal(EXIT.usage);
        expect(result.stderr).to.contain(code);
        expect(result.stdout).to.equal('');
      }
    });
  });

  describe('connect', () => {
    it('prints the exact lines, with the URLs of the running project, alone on stdout', async () => {
      const { stdout } = await succeeds('connect', 'claude-code', '--service', 'echo-stateless');
      expect(stdout).to.equal(
        `claude mcp add --transport http echo-stateless ${project.url}/echo-stateless/mcp\n`,
      );
    });

    it('prints a file that can be piped into its place', async () => {
      const { stdout, stderr } = await succeeds('connect', 'vscode');
      const { servers } = JSON.parse(stdout) as { servers: Record<string, { url: string }> };
      expect(Object.keys(servers)).to.deep.equal(['echo-stateful', 'echo-stateless']);
      expect(stderr).to.contain('.vscode/mcp.json');
    });

    it('lists the known clients for an unknown one', async () => {
      const result = await project.cli(['connect', 'cursr']);
      expect(result.code).to.equal(EXIT.usage);
      expect(result.stderr).to.contain('Did you mean cursor?').and.to.contain('codex');
    });
  });

  describe('service', () => {
    it('enable and disable change one line of .env and say how it takes effect', async () => {
      const file = join(project.root, '.env');
      const before = readFileSync(file, 'utf8');
      expect((await succeeds('service', 'enable', 'time', 'memory')).stdout).to.contain('mcpgw restart');
      const enabled = readFileSync(file, 'utf8');
      expect(enabled)
        .to.match(/^MCP_TIME_ENABLED=true/m)
        .and.to.match(/^MCP_MEMORY_ENABLED=true/m);
      await succeeds('service', 'disable', 'time', 'memory');
      expect(readFileSync(file, 'utf8').replaceAll(/ +/g, ' ')).to.equal(before.replaceAll(/ +/g, ' '));
    });

    it('says so where the environment overrides the file', async () => {
      const env = { ...process.env, MCP_TIME_ENABLED: 'false' };
      const result = await project.cli(['service', 'enable', 'time'], { env });
      expect(result.stderr).to.contain('time');
      await succeeds('service', 'disable', 'time');
    });

    it('list tells which are enabled', async () => {
      const services = await project.json<{ name: string; enabled: boolean }[]>(['service', 'list']);
      const enabled = services.filter((service) => service.enabled).map(({ name }) => name);
      expect(enabled).to.deep.equal(['echo-stateful', 'echo-stateless']);
      expect((await succeeds('service', 'list')).stdout).to.match(/^time +disabled +proxy/m);
    });

    it('enable of an unknown one changes nothing', async () => {
      const before = readFileSync(join(project.root, '.env'), 'utf8');
      const result = await project.cli(['service', 'enable', 'tme']);
      expect(result.code).to.equal(EXIT.usage);
      expect(result.stderr).to.contain('Did you mean time?');
      expect(readFileSync(join(project.root, '.env'), 'utf8')).to.equal(before);
    });
  });

  describe('logs', () => {
    const file = () => join(project.root, '.mcpgw', 'logs', 'gateway.log');

    it('are lines for people', async () => {
      const { stdout } = await succeeds('logs', 'gateway');
      expect(stdout).to.match(/^\d\d:\d\d:\d\d\.\d{3} gateway +INFO +listening url=/m);
    });

    it('are an array of what was written, under --json', async () => {
      const lines = await project.json<{ service: string; msg: string }[]>(['logs', 'gateway']);
      expect(lines.some(({ service, msg }) => service === 'gateway' && msg === 'listening')).to.equal(true);
    });

    it('go on with --follow, until a signal', async () => {
      const running = startCli(['logs', '-f', '--project', project.root]);
      await until('the lines so far', () => running.output().includes('listening'));
      appendFileSync(
        file(),
        `${JSON.stringify({ level: 30, time: new Date(), name: 'gateway', msg: 'later' })}\n`,
      );
      await until('the line to come', () => running.output().includes('later'));
      running.child.kill('SIGINT');
      expect((await running.ended).code).to.equal(EXIT.ok);
    });

    it('of an unknown service name the known ones', async () => {
      const result = await project.cli(['logs', 'gatewy']);
      expect(result.code).to.equal(EXIT.usage);
      expect(result.stderr).to.contain('Did you mean gateway?').and.to.contain('memory');
    });

    it('of a service that has not run are none', async () => {
      expect((await succeeds('logs', 'time')).stdout).to.equal('');
    });
  });

  describe('a failure under --json', () => {
    it('is one document on stdout, nothing on stderr, with the same exit code', async () => {
      for (const args of [
        ['up', '--only', 'nothing', '--detach'],
        ['token', 'inspect', 'nonsense'],
        ['connect', 'nothing'],
        ['status', '--nonsense'],
        ['up', '--port', 'none'],
      ]) {
        const plain = await project.cli(args);
        const json = await project.cli([...args, '--json']);
        expect(json.stderr, describeResult(json)).to.equal('');
        const { error } = JSON.parse(json.stdout) as { error: Record<string, unknown> };
        expect(Object.keys(error)).to.deep.equal(['code', 'message', 'nextSteps', 'place']);
        expect(plain.stderr).to.contain(`(${String(error['code'])})`);
        expect(json.code).to.equal(plain.code).and.to.be.greaterThan(0);
        expect(plain.stdout).to.equal('');
      }
    });
  });

  describe('init', () => {
    it('keeps what a person has, and says what it made and what it kept', async () => {
      const root = join(folder.path, 'mine');
      mkdirSync(root);
      writeFileSync(join(root, 'README.md'), 'mine');
      const result = await cli(['init', root, '--yes', '--json', '--services', 'echo-stateless']);
      expect(result.code, describeResult(result)).to.equal(EXIT.ok);
      const document = JSON.parse(result.stdout) as { created: string[]; kept: string[]; warning: null };
      expect(document.created).to.include.members(['.env', 'mcpgw.yaml']);
      expect(document.kept).to.deep.equal(['README.md']);
      expect(document.warning).to.equal(null);
      expect(readFileSync(join(root, 'README.md'), 'utf8')).to.equal('mine');
      const again = await cli(['init', root, '--yes', '--port', '9999', '--json']);
      expect((JSON.parse(again.stdout) as { created: string[] }).created).to.deep.equal([]);
    });

    it('makes the project and warns when the registry cannot be reached', async () => {
      const root = join(folder.path, 'offline');
      const env = {
        ...process.env,
        npm_config_registry: 'http://127.0.0.1:1/',
        npm_config_cache: join(folder.path, 'npm-cache'),
        npm_config_fetch_retries: '0',
      };
      const result = await cli(['init', root, '--yes', '--services', 'memory'], { env });
      expect(result.code, describeResult(result)).to.equal(EXIT.ok);
      expect(result.stderr).to.contain('not installed yet');
      expect((await cli(['status', '--project', root])).code).to.equal(EXIT.ok);
    });

    it('refuses an unknown service and leaves nothing behind', async () => {
      const root = join(folder.path, 'unmade');
      const result = await cli(['init', root, '--yes', '--services', 'tme']);
      expect(result.code).to.equal(EXIT.usage);
      expect(result.stderr).to.contain('Did you mean time?');
      expect((await cli(['status', '--project', root])).stderr).to.contain('NO_PROJECT');
    });
  });

  describe('the rest', () => {
    it('finds the project from a folder inside it', async () => {
      const inside = join(project.root, 'services');
      const result = await cli(['status', '--json'], { cwd: inside });
      expect(result.code, describeResult(result)).to.equal(EXIT.ok);
    });

    it('says which command was probably meant', async () => {
      for (const [args, meant] of [
        [['statu'], 'status'],
        [['token', 'creat'], 'token create'],
      ] as const) {
        const result = await cli(args);
        expect(result.code).to.equal(EXIT.usage);
        expect(result.stderr).to.contain(`Did you mean ${meant}?`).and.to.contain('WRONG_USE');
        const { error } = JSON.parse((await cli([...args, '--json'])).stdout) as { error: { code: string } };
        expect(error.code).to.equal('WRONG_USE');
      }
    });

    it('has help with examples for every command', async () => {
      for (const command of [['up'], ['token', 'create'], ['service', 'enable'], ['connect']]) {
        const { stdout } = await cli([...command, '--help']);
        expect(stdout)
          .to.contain('EXAMPLES')
          .and.to.contain(`$ mcpgw ${command.join(' ')}`);
      }
    });

    it('colours nothing without a terminal', async () => {
      for (const args of [['status'], ['connect', 'nothing'], ['--help']]) {
        const { stdout, stderr } = await project.cli(args);
        expect(stdout + stderr).not.to.contain('\u001b');
      }
    });

    it('completes in bash and zsh', async () => {
      const env = { ...process.env, HOME: folder.path, XDG_CACHE_HOME: join(folder.path, 'cache') };
      for (const shell of ['bash', 'zsh']) {
        const result = await cli(['autocomplete', shell], { env });
        expect(result.code, describeResult(result)).to.equal(EXIT.ok);
        const script = await cli(['autocomplete', 'script', shell], { env });
        const setup = /="?([^"\s]+)"? && test -f/.exec(script.stdout)?.[1] ?? '';
        expect(readFileSync(setup, 'utf8')).to.contain('mcpgw');
      }
    });
  });
});
