import { expect } from 'chai';
import { Backoff } from '../../src/child/backoff.ts';
import { LineSplitter } from '../../src/child/lines.ts';
import { StderrTail } from '../../src/child/stderr-tail.ts';
import { childSpec, folderName, isPersonal } from '../../src/child/user-dir.ts';
import { runOf, temporaryFolder } from '../helpers/proxy.ts';

describe('lines of a child', () => {
  const split = (limit: number, ...chunks: (string | Buffer)[]): { lines: string[]; dropped: string[][] } => {
    const lines: string[] = [];
    const dropped: string[][] = [];
    const splitter = new LineSplitter(limit, {
      line: (text) => lines.push(text),
      oversize: (head, tail) => dropped.push([head, tail]),
    });
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    return { lines, dropped };
  };

  it('are found however the bytes are cut', () => {
    const text = 'one\ntwo €😀\r\n\nthree\n';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(split(100, ...chunks).lines).to.deep.equal(['one', 'two €😀', 'three']);
    }
  });

  it('are held until they end', () => {
    expect(split(100, 'no end').lines).to.deep.equal([]);
  });

  it('may be as long as the limit and no longer', () => {
    expect(split(4, 'four\nfives\nok\n')).to.deep.equal({
      lines: ['four', 'ok'],
      dropped: [['fives', 'fives']],
    });
  });

  it('beyond the limit show their ends only', () => {
    const { dropped } = split(10, 'start', 'x'.repeat(2_000), 'end\n');
    expect(dropped[0]?.[0]).to.match(/^startx{251}$/);
    expect(dropped[0]?.[1]).to.match(/^x{253}end$/);
  });
});

describe('stderr of a child', () => {
  it('is kept for its last 20 lines, secrets redacted', () => {
    const written: string[] = [];
    const tail = new StderrTail((line) => written.push(line));
    for (let i = 0; i < 30; i++) tail.push(Buffer.from(`line ${i}\n`));
    tail.push(Buffer.from('Authorization: Bearer abcdefghijk\nno end'));
    expect(tail.lines()).to.have.length(21);
    expect(tail.lines().at(-2)).to.equal('Authorization: Bearer [redacted]');
    expect(tail.lines().at(-1)).to.equal('no end');
    expect(written).to.include('line 29');
  });

  it('is cut where a line has no end', () => {
    const tail = new StderrTail(() => undefined);
    for (let i = 0; i < 100; i++) tail.push(Buffer.alloc(10_000, 'x'));
    expect(tail.lines().join('').length).to.be.below(3_000);
  });
});

describe('folders of users', () => {
  it('get names that differ wherever the principals do', () => {
    const principals = [
      'a',
      'A',
      '.',
      '..',
      'a/b',
      'a%2fb',
      'a:b',
      'é',
      '',
      ' ',
      'local:owner',
      'x'.repeat(300),
      'x'.repeat(301),
    ];
    const names = principals.map(folderName);
    expect(new Set(names.map((name) => name.toLowerCase())).size).to.equal(principals.length);
    for (const name of names) expect(name).to.match(/^[a-z0-9_%-]*$/);
    for (const name of names) expect(name.length).to.be.at.most(200);
  });

  it('are made only for services that use one', () => {
    expect(isPersonal(runOf())).to.equal(false);
    expect(isPersonal(runOf({ args: ['--dir={userDir}'] }))).to.equal(true);
    expect(isPersonal(runOf({ env: { HOME: '{userDir}' } }))).to.equal(true);
  });

  it('are filled in wherever they are named, without patterns', () => {
    const folder = temporaryFolder();
    try {
      const run = runOf({ args: ['{userDir}', 'a{userDir}b{userDir}'], userDirs: `${folder.path}/$&` });
      const { args } = childSpec(run, 'p');
      expect(args).to.deep.equal([`${folder.path}/$&/p`, `a${folder.path}/$&/pb${folder.path}/$&/p`]);
    } finally {
      folder.remove();
    }
  });
});

describe('backing off', () => {
  it('allows the free failures at once, then waits longer each time, up to a bound', () => {
    const backoff = new Backoff(1);
    const waits = Array.from({ length: 10 }, () => {
      backoff.failed(0, 0);
      return backoff.waitMs(0);
    });
    expect(waits.slice(0, 4)).to.deep.equal([0, 1_000, 2_000, 4_000]);
    expect(waits.at(-1)).to.equal(30_000);
  });

  it('begins anew after success, and after a process that lived', () => {
    const backoff = new Backoff(0);
    for (let i = 0; i < 5; i++) backoff.failed(0, 0);
    backoff.failed(0, 60_000);
    expect(backoff.waitMs(0)).to.equal(1_000);
    backoff.succeeded();
    expect(backoff.waitMs(0)).to.equal(0);
  });
});
