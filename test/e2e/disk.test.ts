import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/lib/errors.ts';
import { cli, describeResult } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { RUN_JS } from '../support/paths.ts';
import { tempDir } from '../support/temp-dir.ts';

/** `mcpgw` in a shell; after it comes `<label>=<exit code>` on a line of its own. */
const mcpgw = (label: string, ...args: string[]) =>
  `'${process.execPath}' '${RUN_JS}' ${args.join(' ')}; echo "${label}=$?"`;

const rights = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

describe('a disk that takes no more', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof tempDir>;
  let disk: string;
  let init: string;

  before(function () {
    // Only Linux mounts a file system for one process tree, and not everywhere for a user without rights.
    const canMount = spawnSync('unshare', [...rights, '--mount', 'true']).status === 0;
    if (!canMount && process.env['CI'] !== 'true') this.skip();
  });

  beforeEach(async () => {
    folder = tempDir();
    disk = join(folder.path, 'disk');
    mkdirSync(disk);
    const port = String(await freePort());
    init = mcpgw('init', 'init', `${disk}/project`, '--yes', '--services', 'echo-stateless', '--port', port);
  });

  afterEach(() => folder.remove());

  /** Runs lines of shell on a small disk that nobody else sees. */
  const onSmallDisk = async (...lines: string[]) => {
    const script = [`mount -t tmpfs -o size=2m tmpfs '${disk}'`, ...lines].join('\n');
    const result = await cli([...rights, '--mount', 'sh', '-c', script], {
      program: ['unshare'],
      timeout: 50_000,
    });
    expect(result.stdout, describeResult(result)).to.match(/^init=0$/m);
    return result;
  };

  it('because it is full: `up` says so, and loses nothing; with space it works', async () => {
    const result = await onSmallDisk(
      init,
      `cp '${disk}/project/.env' '${folder.path}/env'`,
      `head -c 9m /dev/zero > '${disk}/filler' 2>/dev/null`,
      mcpgw('full', 'up', '--detach', '--project', `${disk}/project`),
      `cmp '${disk}/project/.env' '${folder.path}/env'; echo "same=$?"`,
      `rm '${disk}/filler'`,
      mcpgw('space', 'up', '--detach', '--project', `${disk}/project`),
      mcpgw('down', 'down', '--project', `${disk}/project`),
    );
    expect(result.stderr).to.include('DISK_FULL');
    expect(result.stdout).to.match(new RegExp(`^full=${EXIT.environment}$`, 'm'));
    for (const line of [/^same=0$/m, /^space=0$/m, /^down=0$/m]) expect(result.stdout).to.match(line);
  });

  it('because it is read-only: `up` and `init` say so', async () => {
    const result = await onSmallDisk(
      init,
      `mount -o remount,ro '${disk}'`,
      mcpgw('up', 'up', '--detach', '--project', `${disk}/project`),
      mcpgw('new', 'init', `${disk}/other`, '--yes', '--services', 'echo-stateless'),
    );
    expect(result.stderr.match(/READ_ONLY/g)).to.have.lengthOf(2);
    expect(result.stdout).to.match(new RegExp(`^up=${EXIT.environment}$`, 'm'));
    expect(result.stdout).to.match(new RegExp(`^new=${EXIT.environment}$`, 'm'));
  });
});
