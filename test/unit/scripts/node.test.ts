import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isRecent } from '../../../bin/recent-node.js';
import { findNode } from '../../../scripts/lib/node.mjs';
import { tempDir } from '../../support/temp-dir.ts';

describe('the Node that the scripts run with', () => {
  it('is the running one from 22.18 on', async () => {
    expect(['22.18.0', '22.23.3', '24.0.0', '100.1.2'].map(isRecent)).to.deep.equal([true, true, true, true]);
    expect(await findNode('/nowhere')).to.deep.equal({ node: process.execPath, env: process.env });
  });

  it('is not one older than 22.18', () => {
    expect(['22.17.9', '22.9.0', '20.20.2', '9.99.9'].map(isRecent)).to.deep.equal(Array(4).fill(false));
  });

  it('is the one in .node when that was brought before, first in PATH, with no call to npm', async () => {
    const { path, remove } = tempDir();
    const folder = join(path, '.node', 'node_modules', `node-${process.platform}-${process.arch}`);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"version":"24.21.0"}');
    writeFileSync(join(folder, 'bin', 'node'), '');
    try {
      const { node, env } = await findNode(path, '20.20.2');
      expect(node).to.equal(join(folder, 'bin', 'node'));
      expect(env['PATH']?.split(delimiter)[0]).to.equal(dirname(node));
    } finally {
      remove();
    }
  });
});
