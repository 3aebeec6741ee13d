import { expect } from 'chai';
import type { Call } from '../../../src/mcp/index.ts';
import type { McpRoute } from '../../../src/contract/index.ts';
import { findingsOf } from '../../../src/echo/findings.ts';
import { mcpRoute, nativeOptions } from '../../support/native.ts';

const identity = {
  userId: 'local:owner',
  userName: 'Ada',
  clientId: 'c',
  scopes: ['mcp'],
  allowedTools: undefined,
};
const headers = { 'mcp-protocol-version': '2025-11-25' };

const find = (
  changes: {
    headers?: Record<string, string>;
    url?: string;
    identity?: Call['identity'];
    session?: unknown;
  } = {},
  route: McpRoute = mcpRoute('echo'),
): string[] => {
  const call = {
    request: { headers: { ...headers, ...changes.headers }, url: changes.url ?? '/mcp' },
    identity: 'identity' in changes ? changes.identity : identity,
    session: changes.session,
  } as unknown as Call;
  const context = { ...nativeOptions(), name: 'echo', startedAt: new Date(), route: () => route };
  return findingsOf(call, context).map((it) => `${it.level}: ${it.text}`);
};

describe('findings on a request', () => {
  it('are none when all is well', () => expect(find()).to.deep.equal([]));

  it('tell of a request past the gateway', () => {
    expect(find({ identity: undefined })[0]).to.match(/^problem: Nobody vouches/);
  });

  it('tell of a missing scope', () => {
    expect(find({ identity: { ...identity, scopes: [] } })).to.deep.equal([
      'problem: The scope mcp is needed here, and the caller has none.',
    ]);
  });

  it('tell of imitations of the identity headers', () => {
    expect(find({ headers: { x_user_id: 'root' } })[0]).to.include('x_user_id');
  });

  it('tell of a token in the URL, without showing it', () => {
    const [finding] = find({ url: '/mcp?access_token=abc123' });
    expect(finding)
      .to.match(/^problem: The URL carries a token/)
      .and.not.include('abc123');
  });

  it('tell of plain http on a public name, not on this machine', () => {
    expect(find({}, mcpRoute('echo', { url: 'http://mcp.example.com/mcp' }))[0]).to.include('plain http');
    expect(find({}, mcpRoute('echo', { url: 'http://echo.localhost:8080/mcp' }))).to.deep.equal([]);
    expect(find({}, mcpRoute('echo', { url: 'https://mcp.example.com/mcp' }))).to.deep.equal([]);
  });

  it('tell of a missing protocol version', () => {
    expect(find({ headers: { 'mcp-protocol-version': undefined as never } })[0]).to.match(
      /^warning: MCP-Protocol-Version/,
    );
  });

  it('tell of a session that is not of this server', () => {
    expect(find({ headers: { 'mcp-session-id': 'x' } })[0]).to.match(
      /^warning: The client sends Mcp-Session-Id/,
    );
    expect(find({ headers: { 'mcp-session-id': 'x' }, session: {} })).to.deep.equal([]);
  });

  it('put the worst first', () => {
    const levels = find({
      identity: { ...identity, scopes: [], allowedTools: [] },
      headers: { 'mcp-session-id': 'x' },
    });
    expect(levels.map((it) => it.split(':')[0])).to.deep.equal(['problem', 'warning', 'note']);
  });
});
