import { expect } from 'chai';
import { ignoredFlags } from '../../../src/lib/cli/init.ts';

describe('init over a .env that is there', () => {
  it('says which flags change nothing, and what does', () => {
    expect(ignoredFlags(['.env'], { port: 9000, services: undefined })).to.equal(
      '.env was there and stays as it is; --port changes nothing. Set HTTP_PORT=9000 in it.',
    );
    expect(ignoredFlags(['.env'], { port: 9000, services: ['fetch'] })).to.equal(
      '.env was there and stays as it is; --port and --services change nothing. ' +
        'Set HTTP_PORT=9000 in it. Use `mcpgw service enable` and `mcpgw service disable`.',
    );
  });

  it('says nothing where no flag was given, or where .env was made', () => {
    expect(ignoredFlags(['.env'], { port: undefined, services: undefined })).to.equal(undefined);
    expect(ignoredFlags(['.gitignore'], { port: 9000, services: ['fetch'] })).to.equal(undefined);
  });
});
