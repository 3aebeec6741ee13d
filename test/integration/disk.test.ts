import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { tempDir } from '../support/temp-dir.ts';

/** What a script prints as its last line, run where `mount` lines make a small or read-only disk under `$DIR`. */
function runOnDisk(dir: string, mounts: string, script: string): unknown {
  const source = `
    import { readFileSync, readdirSync, writeFileSync, mkdirSync, statSync } from 'node:fs';
    import { UserError } from ${JSON.stringify(join(ROOT, 'src/lib/errors.ts'))};
    import { scaffold } from ${JSON.stringify(join(ROOT, 'src/lib/render/scaffold.ts'))};
    import { writeRendered } from ${JSON.stringify(join(ROOT, 'src/lib/render/write.ts'))};
    import { setEnv } from ${JSON.stringify(join(ROOT, 'src/lib/config/edit.ts'))};
    import { requireWritable } from ${JSON.stringify(join(ROOT, 'src/lib/config/write-file.ts'))};
    const dir = process.env.DIR;
    const codeOf = (call) => {
      try { call(); return 'done'; } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return error.code;
      }
    };
    console.log(JSON.stringify((() => {${script}})()));`;
  const command = `${mounts} && exec "$NODE" --disable-warning=ExperimentalWarning --input-type=module-typescript -e "$SOURCE"`;
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-ec', command],
    {
      encoding: 'utf8',
      env: { ...process.env, DIR: dir, NODE: process.execPath, SOURCE: source },
    },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

const canMount = (): boolean =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'ignore' }).status === 0;

describe('a disk that', () => {
  let dir: ReturnType<typeof tempDir>;
  before(function () {
    // Mounts of one's own are a matter of Linux, and of kernels that let everybody have them.
    if (!canMount()) this.skip();
  });
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());

  describe('is full', () => {
    const small = 'mount -t tmpfs -o size=128k tmpfs "$DIR"';

    it('is noticed before something is ended that could not be started again', () => {
      const result = runOnDisk(
        dir.path,
        small,
        `mkdirSync(dir + '/run');
         const free = codeOf(() => requireWritable(dir + '/run'));
         writeFileSync(dir + '/big', 'x'.repeat(80 * 1024));
         return { free, full: codeOf(() => requireWritable(dir + '/run')), left: readdirSync(dir + '/run') };`,
      );
      expect(result).to.deep.equal({ free: 'done', full: 'DISK_FULL', left: [] });
    });

    it('ends init with an error; no file is written in part, and the folder is no project yet', () => {
      const result = runOnDisk(
        dir.path,
        small,
        `const code = codeOf(() => scaffold(dir, { target: 'local', port: 8080 }));
         return { code, names: readdirSync(dir).sort(), env: readFileSync(dir + '/.env', 'utf8').endsWith('\\n') };`,
      );
      expect(result).to.deep.equal({
        code: 'DISK_FULL',
        names: ['.env', '.env.example', '.gitignore', 'README.md', 'services'],
        env: true,
      });
    });

    it('leaves the rendered files in force, and finds nothing edited afterwards', () => {
      const result = runOnDisk(
        dir.path,
        small,
        `writeRendered(dir, [{ name: 'gateway.json', text: 'old' }]);
         const big = [{ name: 'gateway.json', text: 'x'.repeat(200000) }];
         const code = codeOf(() => writeRendered(dir, big));
         const text = readFileSync(dir + '/.mcpgw/gateway.json', 'utf8');
         const again = codeOf(() => writeRendered(dir, [{ name: 'gateway.json', text: 'new' }]));
         return { code, text, again, names: readdirSync(dir + '/.mcpgw').sort() };`,
      );
      expect(result).to.deep.equal({
        code: 'DISK_FULL',
        text: 'old',
        again: 'done',
        names: ['gateway.json', 'rendered.json'],
      });
    });

    it('leaves .env as it was', () => {
      const result = runOnDisk(
        dir.path,
        small,
        `writeFileSync(dir + '/.env', 'A=1\\n' + '#'.repeat(100000) + '\\n');
         const code = codeOf(() => setEnv(dir, 'B', '2'));
         return { code, text: readFileSync(dir + '/.env', 'utf8').slice(0, 4), names: readdirSync(dir) };`,
      );
      expect(result).to.deep.equal({ code: 'DISK_FULL', text: 'A=1\n', names: ['.env'] });
    });
  });

  describe('is read-only', () => {
    const readOnly =
      'mount -t tmpfs tmpfs "$DIR" && mkdir "$DIR/.mcpgw" && echo A=1 > "$DIR/.env" && mount -o remount,ro "$DIR"';

    it('ends init, up and enable with an error that says so', () => {
      const result = runOnDisk(
        dir.path,
        readOnly,
        `return [
           codeOf(() => scaffold(dir, { target: 'local', port: 8080 })),
           codeOf(() => writeRendered(dir, [{ name: 'gateway.json', text: 'x' }])),
           codeOf(() => setEnv(dir, 'A', '2')),
           readFileSync(dir + '/.env', 'utf8'),
         ];`,
      );
      expect(result).to.deep.equal(['READ_ONLY', 'READ_ONLY', 'READ_ONLY', 'A=1\n']);
    });
  });
});
