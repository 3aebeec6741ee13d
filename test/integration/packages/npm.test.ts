import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { UserError } from '../../../src/lib/errors.ts';
import { readLock, writeLock, type NpmTree } from '../../../src/lib/packages/lock.ts';
import { noRegistry, prepare } from '../../support/prepare.ts';
import { projectDir } from '../../support/project.ts';
import { listTools, rendered } from '../../support/stdio-server.ts';
import { userError } from '../../unit/support/rejection.ts';

/** The smallest package with a program and a hash that is known to be stable. */
const TINY = 'name: tiny\ncommand: semver\nargs: [1.2.3]\npackages:\n  npm: [semver@7.7.2]\n';

describe('npm packages of services', function () {
  this.timeout(180_000);
  let project: ReturnType<typeof projectDir>;
  beforeEach(() => {
    project = projectDir({ 'services/tiny.yaml': TINY });
  });
  afterEach(() => project.remove());

  const installs = (): string[] => {
    const folder = join(project.path, '.mcpgw/packages/npm');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const lockFile = (): string => join(project.path, 'mcpgw.lock');
  const failure = (env: NodeJS.ProcessEnv, services = ['tiny'], signal?: AbortSignal): Promise<UserError> =>
    userError(prepare(project.path, services, env, signal));
  const tamper = (change: (node: NpmTree[string]) => void): void => {
    const lock = readLock(lockFile());
    const entry = lock.get('tiny');
    if (!entry || !('npm' in entry)) throw new Error('tiny is not locked');
    for (const node of Object.values(entry.npm.tree)) change(node);
    writeLock(lockFile(), lock);
  };

  it('of mcpgw’s own services are installed as its lock says, and the server answers in the environment it gets', async () => {
    const preparation = await prepare(project.path, ['memory']);
    const run = rendered(preparation, 'memory');
    expect(preparation.events).to.deep.equal([{ service: 'memory', step: 'installing 99 packages' }]);
    expect(run.command).to.equal(process.execPath);
    expect(await listTools(run)).to.include.members(['create_entities', 'read_graph']);

    // Its PATH has the running Node, and no npm with which it could install anything.
    const folders = (run.env['PATH'] ?? '').split(':');
    expect(folders.flatMap((folder) => readdirSync(folder))).to.deep.equal(['node']);
    expect(realpathSync(join(folders[0] ?? '', 'node'))).to.equal(realpathSync(process.execPath));
  });

  it('of a project’s own service are found once, locked, and not asked for again', async () => {
    const first = await prepare(project.path, ['tiny']);
    expect(first.events.map(({ step }) => step)).to.deep.equal(['finding versions', 'installing 1 packages']);
    const locked = readFileSync(lockFile(), 'utf8');
    expect(locked).to.contain('"version": "7.7.2"').and.to.contain('sha512-').and.not.to.contain('http');

    const second = await prepare(project.path, ['tiny'], noRegistry(join(project.path, 'cache')));
    expect(second.events).to.deep.equal([]);
    expect(second.prepared).to.deep.equal(first.prepared);
    expect(readFileSync(lockFile(), 'utf8')).to.equal(locked);
    expect(installs()).to.have.length(1);
  });

  it('follow the descriptor to another version', async () => {
    await prepare(project.path, ['tiny']);
    writeFileSync(join(project.path, 'services/tiny.yaml'), TINY.replace('7.7.2', '7.7.1'));
    const { prepared } = await prepare(project.path, ['tiny']);
    expect(readFileSync(lockFile(), 'utf8')).to.contain('"version": "7.7.1"');
    const state = prepared.get('tiny');
    const script = state?.state === 'installed' ? (state.args[0] ?? '') : '';
    expect(readFileSync(join(script, '../../package.json'), 'utf8')).to.contain('"version": "7.7.1"');
    // A gateway that still runs may use the older one.
    expect(installs()).to.have.length(2);
  });

  it('with another content than the lock says are refused, and nothing is left', async () => {
    await prepare(project.path, ['tiny']);
    tamper((node) => {
      node.integrity = `sha512-${'A'.repeat(86)}==`;
    });
    const before = installs();
    const error = await failure(process.env);
    expect(error.code).to.equal('INTEGRITY_MISMATCH');
    expect(error.message).to.contain('tiny');
    expect(installs()).to.deep.equal(before);
  });

  it('whose registry cannot be reached end in an error that names the service, and nothing is left', async () => {
    const env = noRegistry(join(project.path, 'cache'));
    for (const service of ['tiny', 'sequentialthinking']) {
      const error = await failure(env, [service]);
      expect(error.code).to.equal('REGISTRY_UNREACHABLE');
      expect(error.message).to.contain(service).and.to.contain('127.0.0.1:9');
      expect(error.nextSteps.join()).to.contain('mcpgw up');
    }
    expect(installs()).to.deep.equal([]);
  });

  it('that do not exist are the descriptor’s fault', async () => {
    writeFileSync(join(project.path, 'services/tiny.yaml'), TINY.replace('7.7.2', '999.0.0'));
    const error = await failure(process.env);
    expect(error.code).to.equal('INVALID_DESCRIPTOR');
    expect(error.place).to.deep.equal({
      file: join(project.path, 'services/tiny.yaml'),
      key: 'packages.npm',
    });
  });

  it('end with the signal, even while a registry says nothing, and nothing is left', async () => {
    const controller = new AbortController();
    const silent = createServer(() => controller.abort());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const env = {
      ...noRegistry(join(project.path, 'cache')),
      npm_config_registry: `http://127.0.0.1:${port}`,
    };
    try {
      const error = await failure(env, ['everything', 'memory', 'tiny'], controller.signal);
      expect(error.code).to.equal('INTERRUPTED');
      expect(installs()).to.deep.equal([]);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
