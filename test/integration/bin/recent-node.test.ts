import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { broughtNode } from '../../../bin/recent-node.js';
import { startCli, type CliOptions } from '../../support/cli.ts';
import { ROOT } from '../../support/paths.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

describe('mcpgw on a Node that is too old', () => {
  let checkout: ReturnType<typeof tempDir>;
  let script: string;

  beforeEach(() => {
    checkout = tempDir();
    script = join(checkout.path, 'run.mjs');
    // Only whoever was started by an older Node has a channel to it.
    writeFileSync(
      script,
      `import { onRecentNode } from ${JSON.stringify(pathToFileURL(join(ROOT, 'bin/recent-node.js')).href)};
       const version = process.channel ? process.versions.node : '20.20.2';
       await onRecentNode(async () => {
         console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), path: process.env.PATH }));
         if (process.argv.includes('stay')) setInterval(() => {}, 1000);
         else process.exitCode = 7;
       }, { checkout: ${JSON.stringify(checkout.path)}, version });`,
    );
  });

  afterEach(() => checkout.remove());

  const bring = () => {
    const node = broughtNode(checkout.path);
    mkdirSync(dirname(node), { recursive: true });
    symlinkSync(process.execPath, node);
    return node;
  };
  const start = (...args: string[]) =>
    startCli(args, { program: [process.execPath, script] } satisfies CliOptions);
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('says which one it needs, and how to get it', async () => {
    const { code, stderr } = await start('up').ended;
    expect(code).to.equal(5);
    expect(stderr).to.include('22.18').and.to.include('20.20.2').and.to.include('npm start');
  });

  it('goes on with the one that was brought into the checkout, and passes arguments and exit code on', async () => {
    const node = bring();
    const { code, stdout } = await start('up', '--port', '9000').ended;
    expect(code).to.equal(7);
    const seen = JSON.parse(stdout) as { args: string[]; path: string };
    expect(seen.args).to.deep.equal(['up', '--port', '9000']);
    expect(seen.path.startsWith(`${dirname(node)}:`)).to.equal(true);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
    it(`leaves nothing behind after ${signal}`, async () => {
      bring();
      const running = start('stay');
      const line = await until('it has started', () => /^\{.*\}$/m.exec(running.output())?.[0]);
      const { pid } = JSON.parse(line) as { pid: number };
      running.child.kill(signal);
      await running.ended;
      await until('the inner process is gone', () => !isAlive(pid), 5_000);
    });
  }
});
