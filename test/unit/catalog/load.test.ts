import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptorJsonSchema } from '../../../src/lib/catalog/json-schema.ts';
import { loadCatalog, readDescriptor } from '../../../src/lib/catalog/load.ts';
import { projectDir, userError } from '../../support/project.ts';
import { ROOT } from '../../support/paths.ts';

const read = (text: string, name = 'own') => readDescriptor(text, `/p/services/${name}.yaml`, 'project');

describe('the catalog', () => {
  const builtIn = loadCatalog();

  it('has the services that run without Docker, every one with a description', () => {
    expect([...builtIn.keys()]).to.deep.equal([
      'echo-stateful',
      'echo-stateless',
      'everything',
      'fetch',
      'fetchs',
      'filesystem',
      'memory',
      'sequentialthinking',
      'time',
    ]);
    for (const { description, origin } of builtIn.values()) {
      expect(description).not.to.equal('');
      expect(origin).to.equal('built-in');
    }
  });

  it('shows no built-in service the bearer token', () => {
    expect([...builtIn.values()].filter(({ token }) => token !== 'strip')).to.deep.equal([]);
  });

  it('keeps a file and a folder a user for memory and filesystem', () => {
    expect(builtIn.get('memory')).to.deep.include({
      isolation: 'user',
      environment: { MEMORY_FILE_PATH: '{userDir}/memory.jsonl' },
    });
    expect(builtIn.get('filesystem')).to.deep.include({ isolation: 'user', args: ['{userDir}'] });
  });

  it('takes the project’s own services, after the built-in ones', () => {
    const project = projectDir({
      'services/weather.yaml': 'name: weather\ncommand: ./weather.js\n',
      'services/README.md': 'no service',
      'services/.hidden.yaml': 'not: read',
    });
    const names = [...loadCatalog(project.path).keys()];
    project.remove();
    expect(names).to.deep.equal([...builtIn.keys(), 'weather']);
  });

  it('lets a file of the project replace the built-in service of its name, in its place', () => {
    const project = projectDir({
      'services/echo-stateless.yaml': 'name: echo-stateless\npattern: native\ntoken: diagnostic\n',
    });
    const catalog = loadCatalog(project.path);
    project.remove();
    expect([...catalog.keys()]).to.deep.equal([...builtIn.keys()]);
    expect(catalog.get('echo-stateless')).to.deep.include({ token: 'diagnostic', origin: 'project' });
  });

  it('names a file that ends in .yml instead of passing over it', () => {
    const project = projectDir({ 'services/weather.yml': 'name: weather\ncommand: x\n' });
    const error = userError(() => loadCatalog(project.path));
    project.remove();
    expect(error.code).to.equal('INVALID_DESCRIPTOR');
    expect(error.place).to.deep.equal({ file: join(project.path, 'services/weather.yml') });
  });
});

describe('a service descriptor', () => {
  it('needs a name and a command only', () => {
    expect(read('name: own\ncommand: server\n')).to.deep.equal({
      name: 'own',
      title: 'own',
      description: '',
      pattern: 'proxy',
      command: 'server',
      args: [],
      packages: { npm: [], pypi: [] },
      environment: {},
      isolation: 'session',
      arbitraryCode: false,
      token: 'strip',
      limits: {},
      scopes: [],
      origin: 'project',
      file: '/p/services/own.yaml',
    });
  });

  it('says everything else, too', () => {
    const descriptor = read(
      [
        'name: own',
        'title: My own',
        'description: Does things.',
        'command: mcp-own',
        "args: [--dir, '{userDir}', --json, '{}']",
        "packages: {npm: ['@scope/mcp-own@1.2.3-beta.1']}",
        "environment: {HOME: '{userDir}'}",
        'isolation: user',
        'arbitraryCode: true',
        'limits: {body: 1mb, start: 1m}',
        'scopes: [read, write]',
      ].join('\n'),
    );
    expect(descriptor).to.deep.include({
      title: 'My own',
      args: ['--dir', '{userDir}', '--json', '{}'],
      packages: { npm: ['@scope/mcp-own@1.2.3-beta.1'], pypi: [] },
      arbitraryCode: true,
      limits: { bodyBytes: 1_048_576, startMs: 60_000 },
      scopes: ['own:read', 'own:write'],
    });
  });

  describe('is refused, with line, key, what was found and what is allowed, for', () => {
    const cases: [string, string, number | undefined, string | undefined, string][] = [
      ['a missing name', 'command: x\n', undefined, 'name', 'name is missing.'],
      [
        'another name than its file’s',
        'command: x\nname: other\n',
        2,
        'name',
        'name is "other" in own.yaml. Allowed: own, or a file other.yaml.',
      ],
      [
        'a missing command',
        'name: own\n',
        undefined,
        'command',
        'command is missing. Allowed: a program that speaks MCP over stdio.',
      ],
      [
        'an unknown key',
        'name: own\ncommand: x\nenviroment: {}\n',
        3,
        'enviroment',
        'There is no key enviroment. Did you mean environment? Allowed: name, title, ',
      ],
      [
        'an unknown isolation',
        'name: own\ncommand: x\nisolation: users\n',
        3,
        'isolation',
        'isolation is "users". Did you mean user? Allowed: session, user, shared.',
      ],
      [
        'a command with its arguments in a list',
        'name: own\ncommand: [node, x.js]\n',
        2,
        'command',
        'command is ["node","x.js"]. Allowed: a text.',
      ],
      [
        'arguments that are no texts',
        'name: own\ncommand: x\nargs:\n  - --port\n  - 80\n',
        5,
        'args[1]',
        'args[1] is 80. Allowed: a text.',
      ],
      [
        'a package without an exact version',
        'name: own\ncommand: x\npackages:\n  npm:\n    - left-pad@^1.0.0\n',
        5,
        'packages.npm[0]',
        'packages.npm[0] is "left-pad@^1.0.0". Allowed: a package with its exact version',
      ],
      [
        'a package from elsewhere',
        "name: own\ncommand: x\npackages: {npm: ['git+ssh://x/y@1.0.0']}\n",
        3,
        'packages.npm[0]',
        'packages.npm[0] is "git+ssh://x/y@1.0.0".',
      ],
      [
        'an option in place of a package',
        "name: own\ncommand: x\npackages: {pypi: ['--index-url=http://x==1']}\n",
        3,
        'packages.pypi[0]',
        'packages.pypi[0] is',
      ],
      [
        'packages of both registries',
        "name: own\ncommand: x\npackages: {npm: ['a@1.0.0'], pypi: ['b==1']}\n",
        3,
        'packages.pypi',
        'packages has npm and pypi.',
      ],
      [
        'an unknown placeholder',
        "name: own\ncommand: x\nargs: ['{userdir}']\n",
        3,
        'args[0]',
        'There is no placeholder {userdir}. Did you mean userDir? Allowed: {userDir}.',
      ],
      [
        'a user’s folder in a process for all',
        "name: own\ncommand: x\nenvironment: {D: '{userDir}'}\nisolation: shared\n",
        4,
        'isolation',
        'isolation is shared, and {userDir} is one user’s folder.',
      ],
      [
        'a native server that there is not',
        'name: own\npattern: native\n',
        2,
        'pattern',
        'pattern is native, which is for echo-stateless, echo-stateful, fetchs.',
      ],
      [
        'the token for a wrapped server',
        'name: own\ncommand: x\ntoken: diagnostic\n',
        3,
        'token',
        'token is diagnostic, which is for echo-stateless and echo-stateful.',
      ],
      ['a NUL in an argument', 'name: own\ncommand: x\nargs: ["a\\0b"]\n', 3, 'args[0]', 'args[0] is'],
      [
        'a variable that is none',
        'name: own\ncommand: x\nenvironment: {"A B": x}\n',
        3,
        'environment.A B',
        'environment.A B is',
      ],
      ['a title of several lines', 'name: own\ncommand: x\ntitle: "a\\nb"\n', 3, 'title', 'title is'],
      ['something else than YAML', 'name: own\n\tcommand: x\n', 2, undefined, 'This is not valid YAML'],
    ];
    for (const [what, text, line, key, message] of cases) {
      it(what, () => {
        const error = userError(() => read(text));
        expect(error.code).to.equal('INVALID_DESCRIPTOR');
        expect(error.message).to.satisfy((found: string) => found.startsWith(message), error.message);
        expect(error.place).to.deep.equal({
          file: '/p/services/own.yaml',
          ...(line !== undefined && { line }),
          ...(key !== undefined && { key }),
        });
        expect(error.nextSteps).not.to.deep.equal([]);
      });
    }

    it('the name of the gateway itself', () => {
      expect(userError(() => read('name: gateway\ncommand: x\n', 'gateway')).message).to.contain(
        'name is "gateway"',
      );
    });

    it('a child’s keys on a native server', () => {
      const error = userError(() =>
        read('name: echo-stateful\npattern: native\nisolation: user\n', 'echo-stateful'),
      );
      expect(error.message).to.equal('A native service has no isolation. Allowed: the key left out.');
    });
  });

  it('has a published schema that is up to date (node scripts/schemas.mjs)', () => {
    const published = readFileSync(join(ROOT, 'schemas/service.schema.json'), 'utf8');
    expect(published === descriptorJsonSchema(), 'schemas/service.schema.json is stale').to.equal(true);
  });
});
