import { expect } from 'chai';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDescriptor } from '../../../src/lib/catalog/load.ts';
import {
  npmCommand,
  ownCommand,
  pypiCommand,
  type CommandContext,
} from '../../../src/lib/packages/command.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('how a server is started', () => {
  let dir: ReturnType<typeof tempDir>;
  let context: CommandContext;
  beforeEach(() => {
    dir = tempDir();
    context = { root: '/project', nodeFolder: '/node-only', env: { PATH: join(dir.path, 'path') } };
  });
  afterEach(() => dir.remove());

  const file = (name: string, text: string): string => {
    const path = join(dir.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  };
  const descriptor = (command: string) =>
    readDescriptor(
      `name: own\ncommand: ${command}\nargs: [--flag, a b]\n`,
      '/project/services/own.yaml',
      'project',
    );

  describe('from npm packages', () => {
    const install = (target: string, text: string): string => {
      const script = file(`node_modules/pkg/${target}`, text);
      mkdirSync(join(dir.path, 'node_modules/.bin'), { recursive: true });
      symlinkSync(`../pkg/${target}`, join(dir.path, 'node_modules/.bin/server'));
      return script;
    };

    for (const [what, target, text] of [
      ['a .js file', 'dist/index.js', ''],
      ['a script of node', 'cli', '#!/usr/bin/env node\n'],
      ['a script of node with flags', 'cli', '#!/usr/bin/env -S node --no-warnings\n'],
    ] as const) {
      it(`gives ${what} to the running Node, with a PATH of Node alone`, () => {
        const script = install(target, text);
        expect(npmCommand(descriptor('server'), dir.path, context)).to.deep.equal({
          command: process.execPath,
          args: [script, '--flag', 'a b'],
          path: '/node-only',
        });
      });
    }

    it('runs any other program itself', () => {
      const program = install('native', '\u007fELF');
      expect(npmCommand(descriptor('server'), dir.path, context)).to.deep.equal({
        command: program,
        args: ['--flag', 'a b'],
        path: '/node-only',
      });
    });

    it('leaves to the gateway what is no program of the packages', () => {
      expect(npmCommand(descriptor('other'), dir.path, context)).to.deep.include({
        command: 'other',
        path: '/node-only',
      });
    });
  });

  describe('from PyPI packages', () => {
    it('gives a script to the environment’s Python, with a PATH of that environment alone', () => {
      const script = file('bin/server', '#!/a/folder/that/was/renamed/bin/python\nimport sys\n');
      expect(pypiCommand(descriptor('server'), dir.path, context)).to.deep.equal({
        command: join(dir.path, 'bin/python'),
        args: [script, '--flag', 'a b'],
        path: join(dir.path, 'bin'),
      });
    });

    it('runs any other program itself', () => {
      const program = file('bin/server', '\u007fELF');
      expect(pypiCommand(descriptor('server'), dir.path, context)).to.deep.include({
        command: program,
        path: join(dir.path, 'bin'),
      });
    });
  });

  describe('without packages', () => {
    it('takes a path from the project folder', () => {
      expect(ownCommand(descriptor('./bin/server'), context)).to.deep.equal({
        command: '/project/bin/server',
        args: ['--flag', 'a b'],
        path: '/node-only:/project/bin:/usr/local/bin:/usr/bin:/bin',
      });
      expect(ownCommand(descriptor('/opt/server'), context).command).to.equal('/opt/server');
    });

    it('finds a program on the person’s PATH', () => {
      const program = file('path/server', '#!/bin/sh\n');
      expect(ownCommand(descriptor('server'), context)).to.deep.include({
        command: program,
        path: `/node-only:${join(dir.path, 'path')}:/usr/local/bin:/usr/bin:/bin`,
      });
    });

    it('leaves to the gateway what is not there', () => {
      expect(ownCommand(descriptor('no-such-program'), context)).to.deep.equal({
        command: 'no-such-program',
        args: ['--flag', 'a b'],
        path: '/node-only:/usr/local/bin:/usr/bin:/bin',
      });
    });
  });
});
