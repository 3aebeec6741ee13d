import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { EXIT } from '../../../src/lib/errors.ts';
import { describeResult } from '../../support/cli.ts';
import { allGone } from '../../support/e2e/processes.ts';
import { Project, type Status } from '../../support/e2e/project.ts';
import { freePort } from '../../support/free-port.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('a project’s life on the command line', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof tempDir>;
  let project: Project;

  before(async () => {
    folder = tempDir();
    project = await Project.at(join(folder.path, 'p'), '--services', 'echo-stateless,echo-stateful');
  });
  after(async () => {
    await project.down();
    folder.remove();
  });

  const states = ({ services }: Status) =>
    Object.fromEntries(
      services.filter(({ name }) => name.startsWith('echo')).map(({ name, state }) => [name, state]),
    );
  const state = (file: string) => join(project.root, '.mcpgw', file);
  const mode = (file: string) => statSync(join(project.root, file)).mode & 0o777;

  describe('before it runs', () => {
    it('has a status: what would run, and where', async () => {
      const status = await project.json<Status>(['status']);
      expect(status).to.include({ target: 'local', ready: false, url: project.url, issuer: project.url });
      expect(status.signIn).to.equal(null);
      expect(states(status)).to.deep.equal({ 'echo-stateful': 'stopped', 'echo-stateless': 'stopped' });
      expect(status.services.find(({ name }) => name === 'time')?.state).to.equal('disabled');
      expect(status.services[0]?.since).to.equal(null);
    });

    it('can be taken down all the same', async () => {
      const result = await project.cli(['down']);
      expect(result).to.include({ code: 0, stdout: 'Nothing was running.\n' });
    });

    it('gives no token and restarts nothing, and says how to start', async () => {
      for (const command of [['token', 'create'], ['token', 'list'], ['restart'], ['restart', 'memory']]) {
        const result = await project.cli(command);
        expect(result.code, describeResult(result)).to.equal(EXIT.unreachable);
        expect(result.stdout).to.equal('');
        expect(result.stderr).to.contain('NOT_RUNNING').and.to.contain('mcpgw up');
      }
    });
  });

  describe('up', () => {
    it('twice at once: one wins whole, and the other is told so', async () => {
      const other = await freePort();
      const args = ['up', '--detach', '--json'];
      const results = await Promise.all([
        project.cli([...args, '--port', String(project.port), '--only', 'echo-stateless']),
        project.cli([...args, '--port', String(other), '--only', 'echo-stateful']),
      ]);
      const codes = results.map(({ code }) => code);
      expect(codes.toSorted(), results.map(describeResult).join('\n')).to.deep.equal([0, EXIT.conflict]);
      const won = JSON.parse(results.find(({ code }) => code === 0)!.stdout) as Status;
      expect(results.find(({ code }) => code !== 0)!.stdout).to.contain('ALREADY_RUNNING');
      const rendered = JSON.parse(readFileSync(state('gateway.json'), 'utf8')) as { port: number };
      expect(won.url).to.equal(`http://localhost:${rendered.port}`);
      expect(await project.json(['status'])).to.deep.equal(won);
      await project.down();
    });

    it('returns the status when all services have settled', async () => {
      const status = await project.up();
      expect(status.ready).to.equal(true);
      expect(states(status)).to.deep.equal({ 'echo-stateful': 'ready', 'echo-stateless': 'ready' });
      expect(status.signIn.code).to.match(/^\w{4}-\w{4}$/);
      expect(status.signIn.expiresAt).to.equal(null);
      expect(Object.keys(status)).to.deep.equal(['target', 'ready', 'url', 'issuer', 'signIn', 'services']);
      expect(await project.json(['status'])).to.deep.equal(status);
    });

    it('keeps what it writes to its owner', () => {
      for (const file of ['.mcpgw', '.mcpgw/run', '.mcpgw/logs']) expect(mode(file), file).to.equal(0o700);
      for (const file of ['.env', '.mcpgw/run/sign-in.json', '.mcpgw/run/up.json', '.mcpgw/run/admin.sock']) {
        expect(mode(file), file).to.equal(0o600);
      }
    });

    it('is refused a second time, and names what to do instead', async () => {
      const result = await project.cli(['up', '--detach']);
      expect(result.code).to.equal(EXIT.conflict);
      expect(result.stderr).to.contain('ALREADY_RUNNING').and.to.contain(project.url);
      for (const command of ['mcpgw down', 'mcpgw restart', 'mcpgw up --only']) {
        expect(result.stderr).to.contain(command);
      }
    });

    it('selects anew with --only, keeps code and address, and changes no file of the person', async () => {
      const env = readFileSync(join(project.root, '.env'), 'utf8');
      const before = await project.json<Status>(['status']);
      const status = await project.up('--only', 'echo-stateless');
      expect(states(status)).to.deep.equal({ 'echo-stateful': 'stopped', 'echo-stateless': 'ready' });
      expect(status).to.include({ ready: true, url: project.url });
      expect(status.signIn).to.deep.equal(before.signIn);
      expect(readFileSync(join(project.root, '.env'), 'utf8')).to.equal(env);
      const other = await project.up('--only', 'echo-stateful,echo-stateless');
      expect(states(other)).to.deep.equal({ 'echo-stateful': 'ready', 'echo-stateless': 'ready' });
    });

    it('does not move a running project to another port', async () => {
      const result = await project.cli([
        'up',
        '--only',
        'echo-stateless',
        '--port',
        String(await freePort()),
      ]);
      expect(result.code).to.equal(EXIT.conflict);
      expect((await project.json<Status>(['status'])).url).to.equal(project.url);
    });
  });

  describe('restart', () => {
    it('of one service makes that one new', async () => {
      const find = ({ services }: Status, name: string) => services.find((it) => it.name === name)!;
      const before = await project.json<Status>(['status']);
      const after = await project.json<Status>(['restart', 'echo-stateful']);
      expect(find(after, 'echo-stateful').state).to.equal('ready');
      expect(find(after, 'echo-stateful').since > find(before, 'echo-stateful').since).to.equal(true);
      expect(find(after, 'echo-stateless').since).to.equal(find(before, 'echo-stateless').since);
    });

    it('of one that does not run, or that there is not, is refused', async () => {
      const disabled = await project.cli(['restart', 'memory']);
      expect(disabled.code, describeResult(disabled)).to.equal(EXIT.usage);
      expect(disabled.stderr).to.contain('SERVICE_NOT_ENABLED');
      const unknown = await project.cli(['restart', 'nothing']);
      expect(unknown.code).to.equal(EXIT.usage);
      expect(unknown.stderr).to.contain('UNKNOWN_SERVICE');
    });

    it('of all makes a new gateway with the same code and selection', async () => {
      await project.up('--only', 'echo-stateless');
      const pid = (await project.admin<{ pid: number }>('/status')).pid;
      const before = await project.json<Status>(['status']);
      const after = await project.json<Status>(['restart']);
      expect((await project.admin<{ pid: number }>('/status')).pid).not.to.equal(pid);
      expect(after.signIn).to.deep.equal(before.signIn);
      expect(states(after)).to.deep.equal({ 'echo-stateful': 'stopped', 'echo-stateless': 'ready' });
    });

    it('leaves the project running when the configuration is bad', async () => {
      const result = await project.cli(['restart'], { env: { ...process.env, LOG_LEVEL: 'loud' } });
      expect(result.code).to.equal(EXIT.usage);
      expect((await project.json<Status>(['status'])).ready).to.equal(true);
    });
  });

  describe('down', () => {
    it('waits until it is gone, works on a broken configuration, and voids the code', async () => {
      const result = await project.cli(['down'], { env: { ...process.env, LOG_LEVEL: 'loud' } });
      expect(result).to.include({ code: 0, stdout: 'Stopped.\n' });
      await allGone(project.root, [], 0);
      for (const file of ['run/sign-in.json', 'run/up.json', 'run/admin.sock']) {
        expect(existsSync(state(file)), file).to.equal(false);
      }
      expect((await project.json<Status>(['status'])).signIn).to.equal(null);
    });

    it('is followed by an up with a new code', async () => {
      const first = await project.up('--only', 'echo-stateless');
      await project.down();
      const second = await project.up('--only', 'echo-stateless');
      await project.down();
      expect(second.signIn.code).not.to.equal(first.signIn.code);
    });
  });

  describe('what stands in the way of a start', () => {
    it('is named when the gateway cannot use its folder; nothing is left running', async () => {
      rmSync(state('data'), { recursive: true, force: true });
      writeFileSync(state('data'), 'not a folder');
      const result = await project.cli(['up', '--detach']);
      rmSync(state('data'));
      expect(result.code, describeResult(result)).to.equal(EXIT.failed);
      expect(result.stderr).to.contain('START_FAILED').and.to.contain('data');
      await allGone(project.root, [], 0);
    });

    it('is shown when a person edited a rendered file, which --force replaces and keeps', async () => {
      await project.up();
      await project.down();
      const text = readFileSync(state('routes.json'), 'utf8');
      writeFileSync(state('routes.json'), text.replace('"version": 1', '"version": 2'));
      const refused = await project.cli(['up', '--detach']);
      expect(refused.code, describeResult(refused)).to.equal(EXIT.conflict);
      expect(refused.stderr).to.contain('EDITED_FILE').and.to.contain('--force');
      expect(await project.up('--force')).to.have.property('ready', true);
      await project.down();
      expect(readFileSync(state('routes.json.bak'), 'utf8')).to.contain('"version": 2');
    });
  });

  describe('a folder whose path is too long for a socket', () => {
    it('is told so, before anything is started', async () => {
      const deep = await Project.at(join(folder.path, 'x'.repeat(90)), '--services', 'echo-stateless');
      const result = await deep.cli(['up', '--detach']);
      expect(result.code, describeResult(result)).to.equal(EXIT.environment);
      expect(result.stderr).to.contain('PATH_TOO_LONG').and.to.contain('shorter');
    });
  });

  describe('a port', () => {
    let server: Server | undefined;
    afterEach(() => server?.close());

    it('that is in use is an error that names one that is free', async () => {
      server = createServer().listen(project.port, '127.0.0.1');
      await once(server, 'listening');
      const result = await project.cli(['up', '--detach', '--json']);
      expect(result.code).to.equal(EXIT.conflict);
      const { error } = JSON.parse(result.stdout) as { error: { code: string; nextSteps: string[] } };
      expect(error.code).to.equal('PORT_IN_USE');
      const free = /--port (\d+)/.exec(error.nextSteps.join())?.[1] ?? '';
      const status = await project.up('--port', free);
      expect(status).to.include({ ready: true, url: `http://localhost:${free}` });
      expect((await project.json<Status>(['restart'])).url).to.equal(`http://localhost:${free}`);
      await project.down();
    });
  });
});
