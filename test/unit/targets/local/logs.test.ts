import { expect } from 'chai';
import { appendFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../../../../src/lib/targets/local/log-file.ts';
import { parseLogLine } from '../../../../src/lib/targets/local/log-line.ts';
import { logNames, readLogs } from '../../../../src/lib/targets/local/logs.ts';
import type { LogEntry } from '../../../../src/lib/targets/target.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const line = (time: string, msg: string): string =>
  `${JSON.stringify({ level: 30, time: `2026-11-22T10:00:${time}Z`, name: 'x', msg })}\n`;

describe('logs', () => {
  let dir: ReturnType<typeof tempDir>;
  let file: string;

  beforeEach(() => {
    dir = tempDir();
    file = join(dir.path, 'fetch.log');
  });
  afterEach(() => dir.remove());

  describe('a line', () => {
    it('gives level, time, message and the other fields as words', () => {
      const raw =
        '{"level":40,"time":"2026-11-22T10:00:00.000Z","name":"fetch","msg":"slow","ms":12,"url":"/a b","to":"x"}';
      const entry = parseLogLine('fetch', raw);
      expect(entry).to.include({
        service: 'fetch',
        level: 'warn',
        message: 'slow ms=12 url="/a b" to=x',
        raw,
      });
      expect(entry.time.toISOString()).to.equal('2026-11-22T10:00:00.000Z');
    });

    it('names the component where it is another one than the log', () => {
      expect(parseLogLine('gateway', '{"level":30,"name":"auth","msg":"hi"}').message).to.equal('auth: hi');
    });

    it('shows of an error what it says, and not its stack', () => {
      const err = { type: 'Error', message: 'gone', stack: 'Error: gone\n at x' };
      expect(parseLogLine('fetch', JSON.stringify({ level: 50, msg: 'bad', err })).message).to.equal(
        'bad err="gone"',
      );
    });

    it('is shown as it stands when it is no JSON', () => {
      expect(parseLogLine('fetch', '{ broken').message).to.equal('{ broken');
      expect(parseLogLine('fetch', 'Traceback').level).to.equal('info');
      expect(parseLogLine('fetch', '[1]').message).to.equal('[1]');
    });

    it('cannot write to the terminal', () => {
      expect(parseLogLine('fetch', JSON.stringify({ level: 30, msg: '\u001b[2Jx\u0007' })).message).to.equal(
        'x\ufffd',
      );
    });
  });

  describe('a growing file', () => {
    it('is read on from where it was, whole lines only', async () => {
      writeFileSync(file, 'one\ntw');
      const log = new LogFile(file);
      expect(await log.read()).to.deep.equal(['one']);
      appendFileSync(file, 'o\nthree\n');
      expect(await log.read()).to.deep.equal(['two', 'three']);
      expect(await log.read()).to.deep.equal([]);
      await log.close();
    });

    it('is read to its end when it is rotated, and its successor from the start', async () => {
      writeFileSync(file, 'one\n');
      const log = new LogFile(file);
      await log.read();
      appendFileSync(file, 'two\n');
      renameSync(file, `${file}.1`);
      writeFileSync(file, 'three\n');
      expect(await log.read()).to.deep.equal(['two', 'three']);
      await log.close();
    });

    it('is read from the start again when it was cut', async () => {
      writeFileSync(file, 'one\ntwo\n');
      const log = new LogFile(file);
      await log.read();
      truncateSync(file);
      writeFileSync(file, 'new\n');
      expect(await log.read()).to.deep.equal(['new']);
      await log.close();
    });

    it('may come later', async () => {
      const log = new LogFile(file);
      expect(await log.read()).to.deep.equal([]);
      writeFileSync(file, 'one\n');
      expect(await log.read()).to.deep.equal(['one']);
      await log.close();
    });

    it('is read from near its end on, beginning with a whole line', async () => {
      writeFileSync(file, 'aaaa\nbbbb\ncccc\n');
      const tail = async (bytes: number): Promise<string[]> => {
        const log = new LogFile(file, bytes);
        const lines = await log.read();
        await log.close();
        return lines;
      };
      expect(await tail(5)).to.deep.equal(['cccc']);
      expect(await tail(7)).to.deep.equal(['cccc']);
      expect(await tail(10)).to.deep.equal(['bbbb', 'cccc']);
      expect(await tail(15)).to.deep.equal(['aaaa', 'bbbb', 'cccc']);
      expect(await tail(0)).to.deep.equal([]);
    });

    it('may hold characters and lines longer than what is read at once', async () => {
      const long = 'é'.repeat(100_000);
      writeFileSync(file, `${long}\n`);
      const log = new LogFile(file);
      expect(await log.read()).to.deep.equal([long]);
      await log.close();
    });

    it('hands on a line without end in pieces', async () => {
      writeFileSync(file, 'x'.repeat(3 * 1024 * 1024));
      const log = new LogFile(file);
      const pieces = await log.read();
      expect(pieces.length).to.be.greaterThan(1);
      await log.close();
    });
  });

  describe('all of a project', () => {
    const read = async (options: Partial<Parameters<typeof readLogs>[1]> = {}): Promise<string[]> => {
      const found: string[] = [];
      const signal = new AbortController().signal;
      for await (const { service, message } of readLogs(dir.path, {
        services: [],
        follow: false,
        signal,
        ...options,
      })) {
        found.push(`${service} ${message.replace('x: ', '')}`);
      }
      return found;
    };

    it('come in the order of time, whichever file they are in', async () => {
      writeFileSync(file, line('01', 'a') + line('03', 'c'));
      writeFileSync(join(dir.path, 'gateway.log'), line('02', 'b'));
      expect(await read()).to.deep.equal(['fetch a', 'gateway b', 'fetch c']);
    });

    it('keep a line without a time behind the one before it', async () => {
      writeFileSync(file, `${line('01', 'a')}Traceback\n${line('03', 'c')}`);
      writeFileSync(join(dir.path, 'gateway.log'), line('02', 'b'));
      expect(await read()).to.deep.equal(['fetch a', 'fetch Traceback', 'gateway b', 'fetch c']);
    });

    it('are the named ones only, where names are given', async () => {
      writeFileSync(file, line('01', 'a'));
      writeFileSync(join(dir.path, 'gateway.log'), line('02', 'b'));
      expect(await read({ services: ['gateway'] })).to.deep.equal(['gateway b']);
    });

    it('leave out what is older than asked for', async () => {
      writeFileSync(file, line('01', 'a') + line('02', 'b'));
      expect(await read({ since: new Date('2026-11-22T10:00:02Z') })).to.deep.equal(['fetch b']);
    });

    it('leave out rotated files and what is no log', async () => {
      writeFileSync(`${file}.1`, line('01', 'a'));
      writeFileSync(join(dir.path, 'notes.txt'), 'x');
      expect(await logNames(dir.path)).to.deep.equal([]);
    });

    it('are none where there is no folder yet', async () => {
      expect(await logNames(join(dir.path, 'nothing'))).to.deep.equal([]);
    });

    it('are followed, with files that begin later, until the signal aborts', async () => {
      const logDir = join(dir.path, 'logs');
      const controller = new AbortController();
      const lines = readLogs(logDir, { services: [], follow: true, signal: controller.signal });
      const first = lines.next();
      mkdirSync(logDir);
      writeFileSync(join(logDir, 'fetch.log'), line('01', 'a'));
      expect((await first).value).to.include({ service: 'fetch' });
      const second = lines.next();
      appendFileSync(join(logDir, 'fetch.log'), line('02', 'b'));
      expect(((await second).value as LogEntry).message).to.contain('b');
      const third = lines.next();
      controller.abort();
      expect((await third).done).to.equal(true);
    });
  });
});
