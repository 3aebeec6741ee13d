import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeRendered } from '../../../src/lib/render/write.ts';
import { userError } from '../../support/project.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('writing rendered files', () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());

  const file = (name: string): string => join(dir.path, '.mcpgw', name);
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const mode = (path: string): number => statSync(path).mode & 0o777;
  const rendered = (text: string) => [
    { name: 'gateway.json', text },
    { name: 'routes.json', text: 'routes\n' },
  ];

  it('writes them for their owner only, and leaves no draft', () => {
    expect(writeRendered(dir.path, rendered('a\n'))).to.deep.equal({
      changed: ['gateway.json', 'routes.json'],
      unchanged: [],
      backups: [],
    });
    expect(readdirSync(file(''))).to.have.members(['gateway.json', 'routes.json', 'rendered.json']);
    expect(mode(file(''))).to.equal(0o700);
    for (const name of readdirSync(file(''))) expect(mode(file(name)), name).to.equal(0o600);
  });

  it('closes a state folder that others could enter', () => {
    mkdirSync(file(''));
    chmodSync(file(''), 0o755);
    writeRendered(dir.path, rendered('a\n'));
    expect(mode(file(''))).to.equal(0o700);
  });

  it('touches nothing that has not changed', () => {
    writeRendered(dir.path, rendered('a\n'));
    const before = statSync(file('routes.json'));
    expect(writeRendered(dir.path, rendered('b\n'))).to.deep.include({
      changed: ['gateway.json'],
      unchanged: ['routes.json'],
    });
    expect(statSync(file('routes.json')).ino).to.equal(before.ino);
    expect(read('gateway.json')).to.equal('b\n');
  });

  it('stops at a file that a person edited, shows the difference, and writes nothing', () => {
    writeRendered(dir.path, [{ name: 'gateway.json', text: '{\n  "port": 8080\n}\n' }]);
    writeFileSync(file('gateway.json'), '{\n  "port": 9999\n}\n');
    const error = userError(() =>
      writeRendered(dir.path, [
        { name: 'routes.json', text: 'new\n' },
        { name: 'gateway.json', text: '{\n  "port": 8081\n}\n' },
      ]),
    );
    expect(error.code).to.equal('EDITED_FILE');
    expect(error.place).to.deep.equal({ file: file('gateway.json') });
    expect(error.message.split('\n').slice(1)).to.deep.equal(['  -   "port": 9999', '  +   "port": 8081']);
    expect(error.nextSteps.join()).to.contain('--force');
    expect(read('gateway.json')).to.contain('9999');
    expect(existsSync(file('routes.json'))).to.equal(false);
  });

  it('replaces an edited file by force, and keeps the edited one', () => {
    writeRendered(dir.path, rendered('a\n'));
    writeFileSync(file('gateway.json'), 'edited\n');
    expect(writeRendered(dir.path, rendered('b\n'), { force: true })).to.deep.include({
      changed: ['gateway.json'],
      backups: ['gateway.json.bak'],
    });
    expect([read('gateway.json'), read('gateway.json.bak')]).to.deep.equal(['b\n', 'edited\n']);
    expect(mode(file('gateway.json.bak'))).to.equal(0o600);
    expect(writeRendered(dir.path, rendered('c\n'))).to.deep.include({
      changed: ['gateway.json'],
      backups: [],
    });
  });

  it('does not mind an edit that says the same as mcpgw would', () => {
    writeRendered(dir.path, rendered('a\n'));
    writeFileSync(file('gateway.json'), 'b\n');
    expect(writeRendered(dir.path, rendered('b\n')).unchanged).to.deep.equal(['gateway.json', 'routes.json']);
  });

  it('writes a file anew that was deleted', () => {
    writeRendered(dir.path, rendered('a\n'));
    rmSync(file('gateway.json'));
    expect(writeRendered(dir.path, rendered('a\n')).changed).to.deep.equal(['gateway.json']);
  });

  it('takes a file for edited where it remembers nothing of it', () => {
    writeRendered(dir.path, rendered('a\n'));
    for (const record of ['nonsense', '{"gateway.json": "x"}', '{}']) {
      writeFileSync(file('rendered.json'), record);
      expect(userError(() => writeRendered(dir.path, rendered('b\n'))).code, record).to.equal('EDITED_FILE');
    }
  });

  it('finds nothing edited after a run that ended between the record and the files', () => {
    writeRendered(dir.path, rendered('a\n'));
    writeRendered(dir.path, rendered('b\n'));
    // As if the second run had not come to writing gateway.json.
    writeFileSync(file('gateway.json'), 'a\n');
    expect(writeRendered(dir.path, rendered('b\n')).changed).to.deep.equal(['gateway.json']);
  });
});
