import { expect } from 'chai';
import { CLIENT_NAMES, connection } from '../../../src/lib/connect/clients.ts';
import { thrownUserError } from '../support/rejection.ts';

const SERVERS = [
  { name: 'fetch', url: 'http://localhost:8080/fetch/mcp' },
  { name: 'time', url: 'http://localhost:8080/time/mcp' },
];
const of = (client: string) => connection(client, SERVERS, (args) => `mcpgw ${args}`);

describe('how a client is told of the services', () => {
  it('knows the clients of the table', () => {
    expect(CLIENT_NAMES).to.have.members(['claude-code', 'codex', 'cursor', 'inspector', 'vscode']);
  });

  it('gives Claude Code a command a service', () => {
    const { commands, file } = of('claude-code');
    expect(commands).to.deep.equal([
      'claude mcp add --transport http fetch http://localhost:8080/fetch/mcp',
      'claude mcp add --transport http time http://localhost:8080/time/mcp',
    ]);
    expect(file).to.equal(null);
  });

  it('gives Codex two commands a service: add and login', () => {
    expect(of('codex').commands).to.deep.equal([
      'codex mcp add fetch --url http://localhost:8080/fetch/mcp',
      'codex mcp login fetch',
      'codex mcp add time --url http://localhost:8080/time/mcp',
      'codex mcp login time',
    ]);
  });

  it('gives Cursor its file', () => {
    const { commands, file } = of('cursor');
    expect(commands).to.deep.equal([]);
    expect(file?.path).to.equal('.cursor/mcp.json');
    expect(JSON.parse(file?.content ?? '')).to.deep.equal({
      mcpServers: {
        fetch: { url: 'http://localhost:8080/fetch/mcp' },
        time: { url: 'http://localhost:8080/time/mcp' },
      },
    });
  });

  it('gives VS Code its file, whose key and type differ', () => {
    const { file } = of('vscode');
    expect(file?.path).to.equal('.vscode/mcp.json');
    expect(JSON.parse(file?.content ?? '')).to.deep.equal({
      servers: {
        fetch: { type: 'http', url: 'http://localhost:8080/fetch/mcp' },
        time: { type: 'http', url: 'http://localhost:8080/time/mcp' },
      },
    });
  });

  it('gives the Inspector a line that makes its token as it runs', () => {
    expect(of('inspector').commands[0]).to.equal(
      'npx @modelcontextprotocol/inspector --cli --server-url http://localhost:8080/fetch/mcp --transport http' +
        ' --method tools/list --header "Authorization: Bearer $(mcpgw token create --service fetch)"',
    );
  });

  it('lists the known clients for an unknown one, and the one that was meant', async () => {
    const error = await thrownUserError(() => of('claudecode'));
    expect(error.code).to.equal('UNKNOWN_CLIENT');
    expect(error.message).to.contain('Did you mean claude-code?').and.to.contain('inspector');
    expect((await thrownUserError(() => of('constructor'))).message).not.to.contain('Did you mean');
  });
});
