import { createResourceResolver, protectedResourceMetadata, resourceKey } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import { expect } from 'chai';

const route = (service: string, url: string, aliases: string[] = []): McpRoute => ({
  kind: 'mcp',
  id: service,
  url,
  service,
  title: `The ${service}`,
  resource: url.replace(/\/$/, ''),
  aliases,
  metadataUrl: 'http://localhost:8080/.well-known/oauth-protected-resource/echo/mcp',
  auth: true,
  scope: 'mcp',
  scopes: ['mcp', `${service}:loud`],
  token: 'strip',
  upstreams: [],
  policy: [],
});

const table = (...routes: McpRoute[]): RouteTable => ({
  version: 1,
  issuer: 'http://localhost:8080',
  origins: [],
  corsOrigins: [],
  routes,
});

describe('the spelling of a resource', () => {
  for (const spelling of [
    'http://localhost:8080/echo/mcp',
    'http://localhost:8080/echo/mcp/',
    'HTTP://LocalHost:8080/echo/mcp',
    'http://127.0.0.1:8080/echo/mcp',
    'http://[::1]:8080/echo/mcp',
  ]) {
    it(`has one key: ${spelling}`, () => {
      expect(resourceKey(spelling)).to.equal('http://localhost:8080/echo/mcp');
    });
  }

  it('drops the default port', () => {
    expect(resourceKey('https://Echo.Example:443/mcp')).to.equal('https://echo.example/mcp');
  });

  it('keeps apart what differs in path, query, port or scheme', () => {
    const uris = [
      'http://a.example/mcp',
      'http://a.example/MCP',
      'http://a.example/mcp?x',
      'http://a.example:81/mcp',
    ];
    expect(new Set([...uris, 'https://a.example/mcp'].map(resourceKey))).to.have.lengthOf(5);
  });

  for (const uri of [
    '',
    '/echo/mcp',
    'urn:a:b',
    'http://u:p@localhost/mcp',
    'http://localhost/mcp#',
    'ftp://localhost/',
  ]) {
    it(`is no resource identifier: ${JSON.stringify(uri)}`, () =>
      expect(resourceKey(uri)).to.equal(undefined));
  }
});

describe('the route of a resource', () => {
  const current = table(route('echo', 'http://localhost:8080/echo/mcp/', ['https://gw.example/echo']));

  it('is found under every spelling, and its audience is one', () => {
    const resolve = createResourceResolver(() => current);
    for (const uri of [
      'http://127.0.0.1:8080/echo/mcp',
      'https://GW.example/echo/',
      'http://localhost:8080/echo/mcp/',
    ]) {
      expect(resolve(uri)?.resource, uri).to.equal('http://localhost:8080/echo/mcp');
    }
  });

  it('is not found for what the table does not hold', () => {
    const resolve = createResourceResolver(() => current);
    for (const uri of [
      'http://localhost:8080',
      'http://localhost:8080/echo',
      '__proto__',
      'http://evil.example/echo/mcp',
    ]) {
      expect(resolve(uri), uri).to.equal(undefined);
    }
  });

  it('follows the table in force', () => {
    let inForce = current;
    const resolve = createResourceResolver(() => inForce);
    expect(resolve('http://localhost:8080/time/mcp')).to.equal(undefined);
    inForce = table(route('time', 'http://localhost:8080/time/mcp'));
    expect(resolve('http://localhost:8080/time/mcp')?.service).to.equal('time');
    expect(resolve('http://localhost:8080/echo/mcp')).to.equal(undefined);
  });
});

describe('the protected-resource metadata', () => {
  it('repeats the resource as it was asked for', () => {
    const echo = route('echo', 'http://localhost:8080/echo/mcp');
    expect(
      protectedResourceMetadata(echo, 'http://[::1]:8080/echo/mcp/', 'http://localhost:8080'),
    ).to.deep.equal({
      resource: 'http://[::1]:8080/echo/mcp/',
      authorization_servers: ['http://localhost:8080'],
      scopes_supported: ['mcp', 'echo:loud'],
      bearer_methods_supported: ['header'],
      resource_name: 'The echo',
    });
  });
});
