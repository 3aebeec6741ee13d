import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { RawSession } from '../helpers/client.ts';
import { fixture, isAlive, startProxy, temporaryFolder, until } from '../helpers/proxy.ts';

/** All processes below one, the watchdog included. */
function descendants(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child, of]) => (of === parent && child !== undefined ? [child, ...below(child)] : []));
  return below(pid);
}

describe('ownership of children', () => {
  const hosts: ChildProcess[] = [];
  const startHost = async (): Promise<{ host: ChildProcess; urls: string[] }> => {
    const host = spawn(process.execPath, ['--import', 'tsx', fixture('host.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    hosts.push(host);
    const [line] = (await once(createInterface({ input: host.stdout }), 'line')) as [string];
    return { host, urls: JSON.parse(line) as string[] };
  };
  afterEach(() => {
    for (const host of hosts.splice(0)) host.kill('SIGKILL');
  });

  it('outlasts kill -9 of the host: nothing is left after 5 s', async () => {
    const { host, urls } = await startHost();
    for (const url of urls) await RawSession.open(url);
    // The watchdog, the child of the session, a spare, and the shared child.
    await until(() => descendants(host.pid ?? 0).length >= 4);
    const owned = descendants(host.pid ?? 0);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await until(() => owned.every((pid) => !isAlive(pid)), 5_000);
  });

  it('ends with the host: SIGTERM leaves nothing, exit 0', async () => {
    const { host, urls } = await startHost();
    const [session] = await Promise.all(urls.map((url) => RawSession.open(url)));
    const waiting = session?.call('never').catch(() => undefined);
    const owned = descendants(host.pid ?? 0);
    host.kill('SIGTERM');
    const [code] = (await once(host, 'exit')) as [number];
    expect(code).to.equal(0);
    await until(() => owned.every((pid) => !isAlive(pid)), 5_000);
    await waiting;
  });

  it('counts every child once, spares included', async () => {
    const proxy = await startProxy({ spares: 2 });
    try {
      await proxy.module.ready;
      await until(() => proxy.module.snapshot().pids.length === 2);
      const [first] = proxy.module.snapshot().pids;
      const session = await RawSession.open(proxy.url);
      expect(Number(await session.text('pid'))).to.equal(first);
      await until(() => proxy.module.snapshot().pids.length === 3);
    } finally {
      await proxy.close();
    }
  });

  describe('folders of users', () => {
    const folder = temporaryFolder();
    after(() => folder.remove());

    it('are one a principal, private, and named so that none can reach another', async () => {
      const userDirs = join(folder.path, 'data');
      const proxy = await startProxy({
        args: [fixture('echo.mjs'), '--dir={userDir}'],
        env: { PATH: process.env['PATH'] ?? '', HOME: '{userDir}/home' },
        userDirs,
        spares: 2,
      });
      try {
        await proxy.module.ready;
        for (const principal of ['github:1', 'GitHub:1', 'local:../../x']) {
          const session = await RawSession.open(proxy.url, {
            headers: { 'x-user-id': encodeURI(principal) },
          });
          const [argument] = JSON.parse(await session.text('argv')) as string[];
          const dir = argument?.slice('--dir='.length) ?? '';
          expect(dir.startsWith(`${userDirs}/`)).to.equal(true);
          expect(statSync(dir).mode & 0o777).to.equal(0o700);
          expect(JSON.parse(await session.text('env'))).to.include({ HOME: `${dir}/home` });
        }
        await until(() => !existsSync(join(userDirs, '%2eprobe')));
        expect(readdirSync(userDirs).sort()).to.deep.equal([
          '%47it%48ub%3a1',
          'github%3a1',
          'local%3a%2e%2e%2f%2e%2e%2fx',
        ]);
      } finally {
        await proxy.close();
      }
    });
  });
});
