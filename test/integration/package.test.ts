import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '../support/e2e/project.ts';
import { freePort } from '../support/free-port.ts';
import { INITIALIZE, bearer, messageOf, post } from '../support/mcp/raw.ts';
import { ROOT } from '../support/paths.ts';
import { runProgram } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

describe('the npm package, installed in an empty folder elsewhere', function () {
  this.timeout(240_000);
  let folder: ReturnType<typeof tempDir>;
  let home: string;
  let packed: string[];

  before(async () => {
    folder = tempDir();
    home = join(folder.path, 'elsewhere');
    mkdirSync(home);
    // What `prepack` makes stands there already: the tests run on a built checkout.
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder.path];
    const [tarball] = JSON.parse(await runProgram('npm', pack, { cwd: ROOT })) as [
      { filename: string; files: { path: string }[] },
    ];
    packed = tarball.files.map(({ path }) => path);
    await runProgram(
      'npm',
      ['install', '--no-save', '--ignore-scripts', join(folder.path, tarball.filename)],
      {
        cwd: home,
      },
    );
  });

  after(async () => {
    await mcpgw('down').catch(() => undefined);
    folder.remove();
  });

  const mcpgw = (...args: string[]) =>
    runProgram(join(home, 'node_modules', '.bin', 'mcpgw'), args, { cwd: home, timeout: 120_000 });

  it('holds what runs, what is rendered and what is to be read, and no source or test', () => {
    for (const path of [
      'bin/run.js',
      'oclif.manifest.json',
      'README.md',
      'LICENSE',
      'dist/servers/gateway.mjs',
    ]) {
      expect(packed).to.include(path);
    }
    expect(packed.some((path) => path.startsWith('templates/services/'))).to.equal(true);
    expect(packed.filter((path) => /\.map$|\.sources$/.test(path))).to.deep.equal([]);
    const folders = new Set(packed.map((path) => path.split('/')[0]));
    expect(folders).not.to.have.any.keys('src', 'servers', 'test', 'scripts', 'node_modules', 'demo');
  });

  it('carries the licences of what is bundled beside each bundle', () => {
    const servers = join(home, 'node_modules', 'mcpgw', 'dist', 'servers');
    const bundles = readdirSync(servers).filter((name) => name.endsWith('.mjs'));
    expect(bundles).to.include('gateway.mjs');
    for (const name of bundles) {
      expect(existsSync(join(servers, name.replace(/\.mjs$/, '.LICENSES.txt'))), name).to.equal(true);
    }
    const text = readFileSync(join(servers, 'gateway.LICENSES.txt'), 'utf8');
    expect(text)
      .to.match(/^oidc-provider@\d/m)
      .and.to.match(/^fastify@\d/m)
      .and.to.match(/^pino@\d/m);
  });

  it('does init, up, a call and down', async () => {
    const port = await freePort();
    await mcpgw('init', '--yes', '--port', String(port), '--services', 'echo-stateless,memory');
    const up = await mcpgw('up', '--detach', '--json');
    expect((JSON.parse(up) as Status).ready).to.equal(true);
    for (const service of ['echo-stateless', 'memory']) {
      const token = (await mcpgw('token', 'create', '--service', service)).trim();
      const answer = await post(`http://localhost:${port}/${service}/mcp`, INITIALIZE, bearer(token));
      expect(await messageOf(answer)).to.have.nested.property('result.serverInfo');
    }
    await mcpgw('down');
    const gone = await fetch(`http://127.0.0.1:${port}/`).catch((error: unknown) => error);
    expect(gone).to.be.instanceOf(TypeError);
  });
});
