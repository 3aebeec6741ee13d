import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { readDescriptor } from '../../../src/lib/catalog/load.ts';
import { parseDotenv } from '../../../src/lib/config/dotenv.ts';
import { findProject, loadProject } from '../../../src/lib/project.ts';
import { scaffold } from '../../../src/lib/render/scaffold.ts';
import { userError } from '../../support/project.ts';
import { tempDir } from '../../support/temp-dir.ts';

const FILES = [
  '.gitignore',
  '.env',
  '.env.example',
  'services/README.md',
  'README.md',
  'mcpgw.lock',
  'mcpgw.yaml',
];

describe('scaffolding a project', () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());

  const at = (name: string): string => join(dir.path, name);
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const make = (answers: { port?: number; services?: string[] } = {}) =>
    scaffold(dir.path, { target: 'local', port: 8080, ...answers });

  it('makes a project that loads, with every service enabled', () => {
    expect(make()).to.deep.equal({ created: FILES, kept: [], extended: [] });
    const { config } = loadProject(findProject(dir.path), {}, {});
    expect([...config.services.values()].every(({ enabled }) => enabled)).to.equal(true);
    expect(config).to.deep.include({ target: 'local', port: 8080 });
  });

  it('makes folders on the way', () => {
    scaffold(at('a/b'), { target: 'local', port: 8080 });
    expect(existsSync(at('a/b/mcpgw.yaml'))).to.equal(true);
  });

  it('writes the answers down', () => {
    make({ port: 9000, services: ['fetch', 'echo-stateless'] });
    const { config } = loadProject(dir.path, {}, {});
    expect(config.port).to.equal(9000);
    expect([...config.services].filter(([, { enabled }]) => enabled).map(([name]) => name)).to.deep.equal([
      'echo-stateless',
      'fetch',
    ]);
    for (const name of FILES) expect(read(name), name).not.to.match(/\{\{\w+\}\}/);
  });

  it('keeps .env for its owner, and out of git together with .mcpgw', () => {
    make();
    expect(statSync(at('.env')).mode & 0o777).to.equal(0o600);
    mkdirSync(at('.mcpgw'));
    writeFileSync(at('.mcpgw/x'), '');
    execFileSync('git', ['init', '-q', dir.path]);
    const untracked = execFileSync('git', ['-C', dir.path, 'status', '--porcelain', '-uall'], {
      encoding: 'utf8',
    });
    expect(
      untracked
        .split('\n')
        .filter(Boolean)
        .map((line) => line.slice(3))
        .sort(),
    ).to.deep.equal(FILES.filter((name) => name !== '.env').sort());
  });

  it('overwrites nothing, and says what it kept', () => {
    make();
    for (const name of FILES) writeFileSync(at(name), name === '.gitignore' ? '/.env\n.mcpgw\n' : 'mine');
    expect(make({ port: 9000 })).to.deep.equal({ created: [], kept: FILES, extended: [] });
    expect(read('.env')).to.equal('mine');
    expect(read('.gitignore')).to.equal('/.env\n.mcpgw\n');
  });

  it('adds what is missing to a project', () => {
    writeFileSync(at('README.md'), 'mine');
    expect(make().kept).to.deep.equal(['README.md']);
    expect(read('README.md')).to.equal('mine');
  });

  it('adds to a .gitignore that would let secrets into git, and touches nothing else of it', () => {
    writeFileSync(at('.gitignore'), 'node_modules\n.mcpgw');
    expect(make()).to.deep.include({ kept: [], extended: ['.gitignore'] });
    expect(read('.gitignore')).to.equal('node_modules\n.mcpgw\n.env\n');
    expect(make().extended).to.deep.equal([]);
  });

  it('refuses what is no folder, and writes nothing', () => {
    writeFileSync(at('file'), 'x');
    for (const target of ['file', 'file/below']) {
      const error = userError(() => scaffold(at(target), { target: 'local', port: 8080 }));
      expect(error).to.deep.include({ code: 'INVALID_VALUE', place: { file: at('file') } });
    }
    expect(readdirSync(dir.path)).to.deep.equal(['file']);
  });

  it('refuses unknown services and ports before it writes anything', () => {
    expect(userError(() => make({ services: ['fetsh'] })).message).to.contain('Did you mean fetch?');
    for (const port of [0, 65_536, 1.5, Number.NaN])
      expect(userError(() => make({ port })).code).to.equal('INVALID_VALUE');
    expect(readdirSync(dir.path)).to.deep.equal([]);
  });

  describe('writes files that teach:', () => {
    beforeEach(() => {
      make();
    });

    it('every commented line of .env is valid once the # is gone', () => {
      const text = read('.env').replaceAll(/^#(?=[A-Z_]+=)/gm, '');
      expect(parseDotenv(text, '.env').length).to.be.greaterThan(15);
      writeFileSync(at('.env'), text);
      const { config } = loadProject(dir.path, {}, {});
      expect(config.lifetimes.client).to.equal(7_776_000);
    });

    it('every commented section of mcpgw.yaml is valid once the # is gone', () => {
      const text = read('mcpgw.yaml').replaceAll(/^#(?=[a-z ]+[a-zA-Z_-]*:|\s{2})/gm, '');
      expect(Object.keys(parseDocument(text).toJS() as object)).to.deep.equal([
        'target',
        'defaults',
        'policy',
        'isolation',
        'limits',
      ]);
      writeFileSync(at('mcpgw.yaml'), text);
      expect(loadProject(dir.path, {}, {}).config.logLevel).to.equal('warn');
    });

    it('the examples of services/README.md are descriptors', () => {
      const examples = [...read('services/README.md').matchAll(/```yaml\n([^`]+)```/g)].map(
        ([, text = '']) => text,
      );
      expect(examples).to.have.length(2);
      for (const example of examples) {
        expect(readDescriptor(example, '/p/services/weather.yaml', 'project').name).to.equal('weather');
      }
    });
  });
});
