import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Logs } from '../../src/logs.ts';
import { RotatingFile } from '../../src/rotating-file.ts';
import { temporaryFolder } from './fixture.ts';

describe('a log file', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const at = (name: string): string => join(folder.path, name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');

  beforeEach(() => (folder = temporaryFolder()));
  afterEach(() => folder.remove());

  it('is private, and goes on where it was', () => {
    for (const line of ['one\n', 'two\n']) {
      const file = new RotatingFile(at('a.log'));
      file.write(line);
      file.close();
    }
    expect(text('a.log')).to.equal('one\ntwo\n');
    expect(statSync(at('a.log')).mode & 0o777).to.equal(0o600);
  });

  it('is moved aside before it grows too large, and the oldest goes', () => {
    const file = new RotatingFile(at('a.log'), { maxBytes: 10, keep: 2 });
    for (const line of ['1111\n', '2222\n', '3333\n', '4444\n', '5555\n', '6666\n', '7777\n'])
      file.write(line);
    file.close();
    expect(text('a.log')).to.equal('7777\n');
    expect(text('a.log.1')).to.equal('5555\n6666\n');
    expect(text('a.log.2')).to.equal('3333\n4444\n');
    expect(existsSync(at('a.log.3'))).to.equal(false);
  });

  it('takes a line that is longer than a whole file', () => {
    const file = new RotatingFile(at('a.log'), { maxBytes: 10, keep: 1 });
    file.write('x'.repeat(50));
    file.write('y');
    file.close();
    expect(text('a.log.1')).to.equal('x'.repeat(50));
    expect(text('a.log')).to.equal('y');
  });

  it('is opened anew when somebody took it away, at the next turn', () => {
    const file = new RotatingFile(at('a.log'), { maxBytes: 5, keep: 1 });
    file.write('one\n');
    rmSync(at('a.log'));
    file.write('two\n');
    expect(text('a.log')).to.equal('two\n');
    file.close();
  });

  // Only Linux has a device that is always full.
  if (process.platform === 'linux') {
    it('never stops its writer on a full disk', () => {
      const file = new RotatingFile('/dev/full');
      file.write('lost\n');
      file.close();
      file.write('after the end\n');
    });
  }

  it('cannot be opened where it cannot stand', () => {
    expect(() => new RotatingFile(at('absent/a.log')))
      .to.throw()
      .with.property('code', 'ENOENT');
  });
});

describe('the logs of a project', () => {
  it('are one file a service, and one level for all', () => {
    const folder = temporaryFolder();
    const logs = new Logs(folder.path, 'info');
    logs.get('echo').info('hello');
    logs.get('auth', 'gateway').debug('too quiet');
    logs.setLevel('debug');
    logs.get('auth', 'gateway').debug({ token: 'secret' }, 'heard');
    logs.get('gateway').info('started');
    logs.close();
    const lines = (name: string): { name: string; msg: string }[] =>
      readFileSync(join(folder.path, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { name: string; msg: string });
    expect(lines('echo.log').map((it) => it.msg)).to.deep.equal(['hello']);
    expect(lines('gateway.log').map((it) => `${it.name}: ${it.msg}`)).to.deep.equal([
      'auth: heard',
      'gateway: started',
    ]);
    expect(lines('gateway.log')[0]).to.have.property('token', '[redacted]');
    folder.remove();
  });

  it('keep a service apart that is called like a part of the gateway', () => {
    const folder = temporaryFolder();
    const logs = new Logs(folder.path, 'info');
    expect(logs.get('auth')).to.not.equal(logs.get('auth', 'gateway'));
    logs.close();
    folder.remove();
  });
});
