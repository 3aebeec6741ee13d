import { expect } from 'chai';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from '../support/paths.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const files = (...patterns: string[]) =>
  globSync(patterns, { cwd: ROOT, exclude: (name) => /(^|\/)(node_modules|dist|demo|fixtures)$/.test(name) });

/** The first column of the table below a heading, without its code marks. */
const firstColumn = (markdown: string, heading: string) =>
  (markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);

describe('the house', () => {
  it('has every command in the README, and no other', () => {
    const commands = files('src/commands/**/*.ts').map((file) =>
      relative('src/commands', file).replace(/\.ts$/, '').replaceAll('/', ' '),
    );
    const documented = firstColumn(read('README.md'), 'Commands').map((name) => name.replace(/ \[.*/, ''));
    expect(documented).to.have.members(commands);
  });

  it('has every built-in service in the README, and no other', () => {
    const services = files('templates/services/*.yaml').map((file) => basename(file, '.yaml'));
    expect(firstColumn(read('README.md'), 'Services')).to.have.members(services);
  });

  it('has every decision in the list of decisions', () => {
    const pages = files('docs/decisions/*.md').map((file) => basename(file));
    const listed = [...read('docs/decisions/README.md').matchAll(/\(([\w.-]+\.md)\)/g)].map(
      ([, name]) => name,
    );
    expect(['README.md', ...listed]).to.have.members(pages);
  });

  it('has no dead link between its pages', () => {
    const dead = files('*.md', 'docs/**/*.md').flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].flatMap(([, link = '']) =>
        existsSync(join(ROOT, dirname(page), link)) ? [] : [`${page}: ${link}`],
      ),
    );
    expect(dead).to.deep.equal([]);
  });

  it('names its files in kebab-case', () => {
    const odd = files('{src,servers,test,scripts}/**/*.{ts,tsx,mjs}').filter(
      (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|tsx|mjs)$/.test(basename(file)),
    );
    expect(odd).to.deep.equal([]);
  });

  it('pins every dependency to one version', () => {
    const loose = files('package.json', 'servers/*/package.json').flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file)) as Record<
        string,
        Record<string, string> | undefined
      >;
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => !/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+[\w.-]*$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`);
    });
    expect(loose).to.deep.equal([]);
  });

  it('starts with scripts that need no package', () => {
    const queue = ['scripts/bootstrap.mjs'];
    const foreign: string[] = [];
    for (const file of queue) {
      for (const [, name = ''] of read(file).matchAll(/^import .*from '([^']+)';$/gm)) {
        if (name.startsWith('.')) queue.push(join(dirname(file), name));
        else if (!builtinModules.includes(name.replace(/^node:/, ''))) foreign.push(`${file}: ${name}`);
      }
    }
    expect(queue).to.have.lengthOf.above(3);
    expect(foreign).to.deep.equal([]);
  });
});
