import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Project, type Status } from '../support/e2e/project.ts';
import { INITIALIZE, bearer, messageOf, post } from '../support/mcp/raw.ts';
import { requireProgram } from '../support/requires.ts';
import { runProgram } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const UV = 'uv==0.13.9';

describe('a service from PyPI', function () {
  this.timeout(180_000);
  let folder: ReturnType<typeof tempDir>;
  /** A folder with uv in it, and nothing that other tests would find. */
  let uvFolder: string;
  let project: Project;

  before(async function () {
    folder = tempDir();
    const python = requireProgram(this, 'python3');
    const environment = join(folder.path, 'uv');
    uvFolder = join(environment, 'bin');
    await runProgram(python, ['-m', 'venv', environment]);
    await runProgram(join(uvFolder, 'pip'), ['install', '--quiet', '--disable-pip-version-check', UV]);
  });

  afterEach(() => project.down());

  after(() => folder.remove());

  /** Starts `time` in a project of its own. @returns how its virtual environment was made */
  const installed = async (name: string, path: string) => {
    const env = { ...process.env, PATH: path };
    project = await Project.at(join(folder.path, name), '--services', 'echo-stateless');
    const status = await project.json<Status>(['up', '--detach', '--only', 'time'], {
      env,
      timeout: 120_000,
    });
    expect(status.ready).to.equal(true);
    const answer = await post(
      project.mcpUrl('time'),
      INITIALIZE,
      bearer(await project.token('--service', 'time')),
    );
    expect(await messageOf(answer)).to.have.nested.property('result.serverInfo.name', 'mcp-time');
    const [config = ''] = globSync('.mcpgw/packages/**/pyvenv.cfg', { cwd: project.root });
    return readFileSync(join(project.root, config), 'utf8');
  };

  it('is installed by uv where there is uv', async () => {
    const path = [uvFolder, process.env['PATH']].join(delimiter);
    expect(await installed('with-uv', path)).to.match(/^uv = /m);
  });

  it('is installed into a venv of the installed Python elsewhere', async () => {
    const path = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((entry) => globSync(join(entry, 'uv')).length === 0);
    expect(await installed('without-uv', path.join(delimiter))).not.to.match(/^uv = /m);
  });
});
