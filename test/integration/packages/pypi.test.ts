import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { UserError } from '../../../src/lib/errors.ts';
import { readLock, writeLock } from '../../../src/lib/packages/lock.ts';
import { preparePip } from '../../../src/lib/packages/pip.ts';
import { noRegistry, prepare } from '../../support/prepare.ts';
import { projectDir } from '../../support/project.ts';
import { requireProgram } from '../../support/requires.ts';
import { listTools, rendered } from '../../support/stdio-server.ts';
import { userError } from '../../unit/support/rejection.ts';

const TINY = 'name: tiny\ncommand: tabulate\npackages:\n  pypi: [tabulate==0.9.0]\n';

describe('PyPI packages of services', function () {
  this.timeout(240_000);
  const shared = projectDir();
  let project: ReturnType<typeof projectDir>;
  let withoutUv: NodeJS.ProcessEnv;

  before(async function () {
    requireProgram(this, 'python3');
    // It takes seconds: once for all tests.
    await preparePip({ folder: shared.path, env: process.env, signal: undefined });
  });
  after(() => shared.remove());
  beforeEach(function () {
    project = projectDir({ 'services/tiny.yaml': TINY });
    withoutUv = { ...process.env, PATH: `${pathWith(requireProgram(this, 'python3'))}:/usr/bin:/bin` };
    mkdirSync(join(project.path, '.mcpgw/packages'), { recursive: true });
    symlinkSync(join(shared.path, 'pip'), join(project.path, '.mcpgw/packages/pip'));
  });
  afterEach(() => project.remove());

  /** A folder with a link to one program: a PATH that holds no uv. */
  const pathWith = (program: string, name = 'python3'): string => {
    // Not in the project, which may be moved: a virtual environment leads to the Python that it was made with.
    const folder = mkdtempSync(join(shared.path, 'path-'));
    symlinkSync(program, join(folder, name));
    return folder;
  };
  const installs = (): string[] => {
    const folder = join(project.path, '.mcpgw/packages/pypi');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const failure = (env: NodeJS.ProcessEnv): Promise<UserError> =>
    userError(prepare(project.path, ['tiny'], env));
  const lockFile = (): string => join(project.path, 'mcpgw.lock');
  const lockedLists = (): Record<string, { version: string }[]> => {
    const entry = readLock(lockFile()).get('tiny');
    if (!entry || !('pypi' in entry)) throw new Error('tiny is not locked');
    return entry.pypi.requirements;
  };

  it('of mcpgw’s own services are installed as its lock says, and the server answers in the environment it gets', async () => {
    const preparation = await prepare(project.path, ['time'], withoutUv);
    const run = rendered(preparation, 'time');
    expect(await listTools(run)).to.have.members(['get_current_time', 'convert_time']);

    // A server that looks for npm, as mcp-server-fetch does at its first page, finds none, on any machine.
    const found = execFileSync(
      run.command,
      ['-c', "import shutil; print(*map(shutil.which, ['npm', 'npx', 'node']))"],
      {
        env: run.env,
        encoding: 'utf8',
      },
    );
    expect(found.trim()).to.equal('None None None');
  });

  it('of a project’s own service are found by pip, for this platform, locked, and not asked for again', async () => {
    const first = await prepare(project.path, ['tiny'], withoutUv);
    expect(first.events.map(({ step }) => step)).to.deep.equal(['finding versions', 'installing 1 packages']);
    const [platform = ''] = Object.keys(lockedLists());
    expect(platform).to.match(/^\w+-\w+-python3\.\d+$/);
    expect(lockedLists()[platform]?.map(({ version }) => version)).to.deep.equal(['0.9.0']);

    const second = await prepare(project.path, ['tiny'], {
      ...noRegistry(join(project.path, 'cache')),
      PATH: '/nowhere',
    });
    expect(second.events).to.deep.equal([]);
    expect(second.prepared).to.deep.equal(first.prepared);
  });

  it('of another platform’s list get a list for this one, and the other stays', async () => {
    await prepare(project.path, ['tiny'], withoutUv);
    const [platform = '', list = []] = Object.entries(lockedLists())[0] ?? [];
    const elsewhere = readFileSync(lockFile(), 'utf8').replace(platform, 'aix-ppc-python3.10');
    writeFileSync(lockFile(), elsewhere.replace(/[0-9a-f]{64}/, 'e'.repeat(64)));
    await prepare(project.path, ['tiny'], withoutUv);
    expect(Object.keys(lockedLists())).to.have.members(['aix-ppc-python3.10', platform]);
    expect(lockedLists()[platform]).to.deep.equal(list);
  });

  it('run from a folder that has got its name last, and move with the project', async () => {
    const { prepared } = await prepare(project.path, ['tiny'], withoutUv);
    const state = prepared.get('tiny');
    if (state?.state !== 'installed') throw new Error('not installed');
    const moved = `${project.path}-moved`;
    renameSync(project.path, moved);
    try {
      const [command = '', ...args] = [state.command, ...state.args].map((text) =>
        text.replace(project.path, moved),
      );
      const { stdout } = spawnSync(command, args, { input: 'a b\n', encoding: 'utf8', env: { PATH: '' } });
      expect(stdout).to.equal('-  -\na  b\n-  -\n');
    } finally {
      renameSync(moved, project.path);
    }
  });

  it('are installed anew when the interpreter has gone', async () => {
    const first = await prepare(project.path, ['tiny'], withoutUv);
    const state = first.prepared.get('tiny');
    const folder = state?.state === 'installed' ? dirname(dirname(state.command)) : '';
    writeFileSync(join(folder, 'interpreter'), '/usr/bin/python3.1');
    const second = await prepare(project.path, ['tiny'], withoutUv);
    expect(second.events.map(({ step }) => step)).to.deep.equal(['installing 1 packages']);
    expect(second.prepared).to.deep.equal(first.prepared);
    expect(installs()).to.have.length(1);
  });

  it('with another content than the lock says are refused, and nothing is left', async () => {
    await prepare(project.path, ['tiny'], withoutUv);
    const before = installs();
    const lock = readLock(lockFile());
    const entry = lock.get('tiny');
    if (!entry || !('pypi' in entry)) throw new Error('tiny is not locked');
    for (const list of Object.values(entry.pypi.requirements)) {
      for (const requirement of list) requirement.hashes = ['e'.repeat(64)];
    }
    writeLock(lockFile(), lock);
    const error = await failure(withoutUv);
    expect(error.code).to.equal('INTEGRITY_MISMATCH');
    expect(installs()).to.deep.equal(before);
  });

  it('whose registry cannot be reached end in an error that names the service, and nothing is left', async () => {
    const error = await failure({ ...noRegistry(join(project.path, 'cache')), PATH: withoutUv['PATH'] });
    expect(error.code).to.equal('REGISTRY_UNREACHABLE');
    expect(error.message).to.contain('tiny');
    expect(installs()).to.deep.equal([]);
  });

  it('need a Python that can make virtual environments; without one the service is unavailable', async () => {
    const broken = join(project.path, 'broken');
    mkdirSync(broken);
    for (const [output, reason] of [
      [undefined, 'Python 3.10 or newer is not installed'],
      ['{"minor": 9, "missing": null, "platform": "x"}', 'Python 3.10 or newer is not installed'],
      [
        '{"minor": 11, "missing": "ensurepip", "platform": "x"}',
        `${join(broken, 'python3')} has no module ensurepip, which makes virtual environments`,
      ],
    ] as const) {
      if (output !== undefined) {
        writeFileSync(join(broken, 'python3'), `#!/bin/sh\necho '${output}'\n`, { mode: 0o755 });
      }
      const { prepared } = await prepare(project.path, ['time', 'tiny'], { PATH: broken });
      for (const service of ['time', 'tiny']) {
        expect(prepared.get(service)).to.deep.include({ state: 'unavailable', reason });
        expect(prepared.get(service))
          .to.have.property('nextStep')
          .that.matches(/python/i);
      }
    }
    expect(installs()).to.deep.equal([]);
  });

  describe('by uv', () => {
    let withUv: NodeJS.ProcessEnv;
    before(async function () {
      const pip = await preparePip({ folder: shared.path, env: process.env, signal: undefined });
      execFileSync(pip.command, [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--target',
        join(shared.path, 'uv'),
        'uv',
      ]);
    });
    beforeEach(() => {
      withUv = { ...withoutUv, PATH: `${join(shared.path, 'uv/bin')}:${withoutUv['PATH'] ?? ''}` };
    });

    it('are found for all platforms, and installed', async () => {
      const first = await prepare(project.path, ['tiny'], withUv);
      expect(Object.keys(lockedLists())).to.deep.equal(['any']);
      const state = first.prepared.get('tiny');
      if (state?.state !== 'installed') throw new Error('not installed');
      const { stdout } = spawnSync(state.command, state.args, { input: 'a b\n', encoding: 'utf8', env: {} });
      expect(stdout).to.equal('-  -\na  b\n-  -\n');
      expect((await prepare(project.path, ['tiny'], withUv)).events).to.deep.equal([]);
    });

    it('whose registry cannot be reached end in an error that names the service', async () => {
      const error = await failure({ ...noRegistry(join(project.path, 'cache')), PATH: withUv['PATH'] });
      expect(error.code).to.equal('REGISTRY_UNREACHABLE');
      expect(error.message).to.contain('tiny').and.to.contain('uv says');
    });
  });
});
