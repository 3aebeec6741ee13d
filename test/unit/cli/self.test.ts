import { expect } from 'chai';
import { quote, selfCommand } from '../../../src/lib/cli/self.ts';

describe('mcpgw in a line to copy', () => {
  const node = quote(process.execPath);

  it('is its name where that is in the PATH and the project is where one stands', () => {
    const caller = { script: '/usr/bin/mcpgw', path: '/bin:/usr/bin', cwd: '/p/sub' };
    expect(selfCommand('token create', '/p', caller)).to.equal('mcpgw token create');
  });

  it('names the project where one stands elsewhere', () => {
    const caller = { script: '/usr/bin/mcpgw', path: '/usr/bin', cwd: '/q' };
    expect(selfCommand('status', '/p', caller)).to.equal('mcpgw status --project /p');
  });

  it('is node, script and project in a checkout, all by absolute path', () => {
    const caller = { script: 'bin/run.js', path: '/usr/bin', cwd: '/src/mcpgw' };
    expect(selfCommand('status', '/src/mcpgw/demo', caller)).to.equal(
      `${node} /src/mcpgw/bin/run.js status --project /src/mcpgw/demo`,
    );
  });

  it('is not its name where another program of that name would be found', () => {
    const caller = { script: '/home/me/node_modules/.bin/mcpgw', path: '/usr/bin', cwd: '/p' };
    expect(selfCommand('status', '/p', caller)).to.equal(
      `${node} /home/me/node_modules/.bin/mcpgw status --project /p`,
    );
  });

  it('is not its name where only npx or an npm script has it in the PATH', () => {
    const folder = '/home/me/.npm/_npx/1/node_modules/.bin';
    const caller = { script: `${folder}/mcpgw`, path: `${folder}:/usr/bin`, cwd: '/p' };
    expect(selfCommand('status', '/p', caller)).to.equal(`${node} ${folder}/mcpgw status --project /p`);
  });

  it('quotes what a shell would take apart', () => {
    expect(quote('/a b/c')).to.equal("'/a b/c'");
    expect(quote("it's")).to.equal(`'it'\\''s'`);
    expect(quote('$(x)')).to.equal("'$(x)'");
    expect(quote('')).to.equal("''");
    expect(quote('/plain-1.2/x')).to.equal('/plain-1.2/x');
  });
});
