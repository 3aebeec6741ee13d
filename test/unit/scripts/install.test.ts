import { expect } from 'chai';
import { isInstalled } from '../../../scripts/lib/install.mjs';

const lock = {
  packages: {
    '': { name: 'mcpgw', version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
    'node_modules/for-another-platform': { version: '1.0.0', integrity: 'sha512-c', optional: true },
    'servers/kit': { name: '@mcpgw/kit', version: '0.1.0' },
    'node_modules/@mcpgw/kit': { resolved: 'servers/kit', link: true },
  },
};
const installed = (changes: Record<string, unknown> = {}) => ({
  packages: {
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
    'node_modules/@mcpgw/kit': { resolved: 'servers/kit', link: true },
    ...changes,
  },
});

describe('whether node_modules is in step with the lock', () => {
  it('is, when every package stands there in its version', () => {
    expect(isInstalled(lock, installed())).to.equal(true);
  });

  it('is not, when nothing is installed or npm was interrupted', () => {
    expect(isInstalled(lock, undefined)).to.equal(false);
  });

  it('is not, when a package is missing', () => {
    expect(isInstalled(lock, installed({ 'node_modules/a': undefined }))).to.equal(false);
    expect(isInstalled(lock, installed({ 'node_modules/@mcpgw/kit': undefined }))).to.equal(false);
  });

  it('is not, when a nested package has another version', () => {
    const other = { 'node_modules/a/node_modules/b': { version: '2.0.1', integrity: 'sha512-b' } };
    expect(isInstalled(lock, installed(other))).to.equal(false);
  });

  it('is not, when a package has the version and another content', () => {
    const other = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } };
    expect(isInstalled(lock, installed(other))).to.equal(false);
  });
});
