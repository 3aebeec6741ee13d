import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chosenServers,
  listServices,
  requireEnabled,
  switchServices,
} from '../../../src/lib/cli/services.ts';
import { loadProject } from '../../../src/lib/project.ts';
import { scaffold } from '../../../src/lib/render/scaffold.ts';
import { createTarget } from '../../../src/lib/targets/index.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { thrownUserError, userError } from '../support/rejection.ts';

describe('the services of a project', () => {
  let dir: ReturnType<typeof tempDir>;

  beforeEach(() => {
    dir = tempDir();
    scaffold(dir.path, { target: 'local', port: 8123, services: ['fetch', 'time'] });
  });
  afterEach(() => dir.remove());

  const load = (env: NodeJS.ProcessEnv = {}) => loadProject(dir.path, {}, env);
  const target = () => createTarget(dir.path, () => load());
  const enabled = () =>
    listServices(load())
      .filter((service) => service.enabled)
      .map(({ name }) => name);

  it('are listed with what the configuration says of them', () => {
    const services = listServices(load());
    expect(services.find(({ name }) => name === 'fetch')).to.deep.include({
      enabled: true,
      pattern: 'proxy',
      url: 'http://localhost:8123/fetch/mcp',
    });
    expect(services.find(({ name }) => name === 'memory')?.enabled).to.equal(false);
  });

  it('are enabled and disabled in .env, and nothing else of it changes', () => {
    const file = join(dir.path, '.env');
    const before = readFileSync(file, 'utf8');
    expect(switchServices(load(), ['memory'], true, load)).to.deep.equal({
      services: ['memory'],
      overridden: [],
    });
    expect(enabled()).to.deep.equal(['fetch', 'memory', 'time']);
    switchServices(load(), ['fetch', 'time'], false, load);
    expect(enabled()).to.deep.equal(['memory']);
    const changed = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line, index) => line !== before.split('\n')[index]);
    expect(changed).to.have.length(3);
  });

  it('are told of when the environment says otherwise', () => {
    const reload = () => load({ MCP_MEMORY_ENABLED: 'false' });
    expect(switchServices(load(), ['memory'], true, reload).overridden).to.deep.equal(['memory']);
  });

  it('are left alone when one of the names is unknown', async () => {
    const before = readFileSync(join(dir.path, '.env'), 'utf8');
    const error = await thrownUserError(() => switchServices(load(), ['memory', 'nothing'], true, load));
    expect(error.code).to.equal('UNKNOWN_SERVICE');
    expect(readFileSync(join(dir.path, '.env'), 'utf8')).to.equal(before);
  });

  it('are what a client is told of: the enabled ones, or the named ones', async () => {
    expect(await chosenServers(target(), [])).to.deep.equal([
      { name: 'fetch', url: 'http://localhost:8123/fetch/mcp' },
      { name: 'time', url: 'http://localhost:8123/time/mcp' },
    ]);
    expect((await chosenServers(target(), ['time'])).map(({ name }) => name)).to.deep.equal(['time']);
    expect((await userError(chosenServers(target(), ['memory']))).code).to.equal('SERVICE_NOT_ENABLED');
  });

  it('are looked up by their own names only', async () => {
    const error = await thrownUserError(() =>
      requireEnabled([{ name: 'fetch', state: 'ready' }], ['toString']),
    );
    expect(error.code).to.equal('UNKNOWN_SERVICE');
  });
});
