import { expect } from 'chai';
import { authorizationRequest, tokenRequest } from '../../src/requests.ts';
import { createResources } from '../../src/resources.ts';
import { mcpRoute } from '../support/gateway.ts';

const ISSUER = 'http://localhost:8080';
const ECHO = `${ISSUER}/echo/mcp`;

const resources = (...services: string[]) => {
  const routes = services.map((name) => mcpRoute(ISSUER, name, name === 'echo' ? ['echo:write'] : []));
  const table = { version: 1 as const, issuer: ISSUER, origins: [ISSUER], corsOrigins: [], routes };
  return createResources(() => table);
};

/** The parameters in the order of their names. */
const written = (request: URLSearchParams): string => {
  request.sort();
  return decodeURIComponent(request.toString());
};

const authorize = (query: string, services = ['echo', 'memory']): string =>
  written(authorizationRequest(new URLSearchParams(query), resources(...services)));

describe('An authorization request', () => {
  for (const spelling of [
    ECHO,
    `${ECHO}/`,
    'http://LOCALHOST:8080/echo/mcp',
    'http://127.0.0.1:8080/echo/mcp',
    'http://127.0.0.1:8080/echo/mcp/',
    'http://[::1]:8080/echo/mcp',
  ]) {
    it(`means the echo server by ${spelling}`, () => {
      expect(authorize(`resource=${spelling}`)).to.equal(`resource=${ECHO}&scope=mcp`);
    });
  }

  it('names one resource when it names it twice in different spellings', () => {
    expect(authorize(`resource=${ECHO}&resource=${ECHO}/`)).to.equal(`resource=${ECHO}&scope=mcp`);
  });

  it('keeps two resources, for the library to refuse', () => {
    const two = `resource=${ECHO}&resource=${ISSUER}/memory/mcp`;
    expect(authorize(two)).to.equal(`${two}&scope=mcp`);
  });

  it('keeps an unknown resource, for the library to refuse', () => {
    expect(authorize('resource=https://evil.example/mcp')).to.include('resource=https://evil.example/mcp');
  });

  it('gets the default scope when it names none, or none that is known', () => {
    expect(authorize(`resource=${ECHO}&scope=`)).to.include('scope=mcp');
    expect(authorize(`resource=${ECHO}&scope=openid+profile`)).to.include('scope=mcp');
  });

  it('keeps the scopes of its resource and loses the others', () => {
    const scope = 'scope=openid+mcp+echo:write+offline_access+mcp';
    expect(authorize(`resource=${ECHO}&${scope}`)).to.equal(`resource=${ECHO}&scope=mcp+echo:write`);
    expect(authorize(`resource=${ISSUER}/memory/mcp&${scope}`)).to.match(/scope=mcp$/);
  });

  it('knows the scopes of the only resource when it names none', () => {
    expect(authorize('scope=mcp+echo:write', ['echo'])).to.equal('scope=mcp+echo:write');
  });

  it('keeps a repeated scope, for the library to refuse', () => {
    expect(authorize('scope=mcp&scope=mcp')).to.equal('scope=mcp&scope=mcp');
  });

  it('loses what belongs to OpenID Connect', () => {
    expect(authorize('nonce=1&max_age=1&claims={}&id_token_hint=x&acr_values=1&state=s')).to.equal(
      'scope=mcp&state=s',
    );
  });

  it('keeps the prompts that there are', () => {
    expect(authorize('prompt=select_account+consent')).to.equal('prompt=consent&scope=mcp');
    expect(authorize('prompt=select_account')).to.equal('scope=mcp');
  });

  it('is left alone when it was pushed', () => {
    expect(authorize('client_id=a&request_uri=urn:x')).to.equal('client_id=a&request_uri=urn:x');
  });
});

describe('A token request', () => {
  const token = (query: string): string =>
    written(tokenRequest(new URLSearchParams(query), resources('echo', 'memory')));

  it('names the resource in its one spelling', () => {
    expect(token('code=a&resource=http://127.0.0.1:8080/echo/mcp/')).to.equal(`code=a&resource=${ECHO}`);
  });

  it('loses scopes that nobody knows, as clients repeat what they first asked for', () => {
    expect(token('scope=mcp+offline_access')).to.equal('scope=mcp');
    expect(token('scope=offline_access')).to.equal('');
  });

  it('asks for nothing that it did not', () => {
    expect(token('refresh_token=a')).to.equal('refresh_token=a');
  });
});

describe('The resources', () => {
  it('are the sole one only when there is one', () => {
    expect(resources('echo').sole()?.service).to.equal('echo');
    expect(resources('echo', 'memory').sole()).to.equal(undefined);
    expect(resources().sole()).to.equal(undefined);
  });

  it('offer each scope once', () => {
    expect(resources('echo', 'memory').scopes()).to.deep.equal(['mcp', 'echo:write']);
  });

  it('follow the table in force', () => {
    let routes = [mcpRoute(ISSUER, 'echo')];
    const following = createResources(() => ({
      version: 1,
      issuer: ISSUER,
      origins: [],
      corsOrigins: [],
      routes,
    }));
    expect(following.ofService('memory')).to.equal(undefined);
    routes = [mcpRoute(ISSUER, 'memory')];
    expect(following.ofService('memory')?.service).to.equal('memory');
    expect(following.ofService('echo')).to.equal(undefined);
  });
});
