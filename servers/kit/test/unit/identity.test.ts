import {
  findRule,
  allowedScopes,
  identityHeaders,
  isIdentityHeader,
  readIdentity,
  toolAllowed,
} from '@mcpgw/kit';
import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';

const caller = { userId: 'github:583231', clientId: 'client-1' };

describe('identity headers', () => {
  const names = ['X-User-Id', 'x_user_id', 'X.User.Name', 'x-CLIENT_id', 'X-Scope', 'x.allowed_tools'];
  for (const name of [...names, 'X-User', 'X-User-Email', 'x_user.groups']) {
    it(`are never taken from outside: ${name}`, () => expect(isIdentityHeader(name)).to.equal(true));
  }

  it('are no other ones', () => {
    for (const name of ['X-Username', 'User-Id', 'x', '', 'X-Forwarded-For', 'Mcp-Session-Id']) {
      expect(isIdentityHeader(name), name).to.equal(false);
    }
  });

  it('carry every identity there and back', () => {
    const identity = {
      userId: 'oidc:ünï|1',
      userName: 'Zoë "Z", 100%',
      clientId: 'https://client.example/metadata.json',
      scopes: ['mcp', 'echo:loud'],
      allowedTools: ['a,b', 'ç'],
    };
    const headers = identityHeaders(identity);
    expect(Object.values(headers).join('')).to.match(/^[\x20-\x7e]*$/);
    expect(readIdentity({ headers } as unknown as IncomingMessage)).to.deep.equal(identity);
  });

  it('tell no tool at all from every tool', () => {
    const identity = { ...caller, userName: 'n', scopes: ['mcp'], allowedTools: [] };
    const read = readIdentity({ headers: identityHeaders(identity) } as unknown as IncomingMessage);
    expect(read?.allowedTools).to.deep.equal([]);
  });
});

describe('policy', () => {
  it('is open to everybody without a rule', () => expect(findRule([], caller)).to.deep.equal({}));

  it('is decided by the first rule that names the caller', () => {
    const rules = [{ users: ['local:owner'] }, { users: [caller.userId], tools: ['a'] }, { tools: ['b'] }];
    expect(findRule(rules, caller)).to.equal(rules[1]);
    expect(findRule(rules, { ...caller, userId: 'github:1' })).to.equal(rules[2]);
  });

  it('refuses whom no rule names; an empty list names nobody', () => {
    expect(findRule([{ users: ['github:1'] }], caller)).to.equal(undefined);
    expect(findRule([{ users: [] }, { clients: [] }], caller)).to.equal(undefined);
    expect(findRule([{ users: [caller.userId], clients: ['other'] }], caller)).to.equal(undefined);
  });

  it('narrows scopes and never adds one', () => {
    expect(allowedScopes({ scopes: ['mcp', 'more'] }, ['mcp', 'echo:loud'])).to.deep.equal(['mcp']);
    expect(allowedScopes({}, ['mcp'])).to.deep.equal(['mcp']);
  });

  it('allows a tool when it is listed, or when there is no list', () => {
    const identity = { ...caller, userName: 'n', scopes: ['mcp'], allowedTools: undefined };
    expect(toolAllowed(identity, 'any')).to.equal(true);
    expect(toolAllowed({ ...identity, allowedTools: ['a'] }, 'a')).to.equal(true);
    expect(toolAllowed({ ...identity, allowedTools: ['a'] }, 'A')).to.equal(false);
    expect(toolAllowed({ ...identity, allowedTools: [] }, 'a')).to.equal(false);
  });
});
