import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  headlessVisit,
  httpTransport,
  listenForCallback,
  OAuthError,
  observing,
  walkFlow,
  type Observed,
} from '../../../src/lib/oauth/index.ts';
import { send } from '../../../src/lib/oauth/http.ts';
import { startFaultyServer } from '../../fixtures/conformance/faulty-server.ts';
import { visit } from '../../fixtures/conformance/tester.ts';

const transport = httpTransport({ timeoutMs: 3000 });

describe('walkFlow', () => {
  async function walk(faults: string[] = []): Promise<{ steps: string[]; observed: Observed[] }> {
    const fixture = await startFaultyServer({ auth: true, faults });
    const steps: string[] = [];
    const observed: Observed[] = [];
    try {
      await walkFlow({
        url: fixture.url,
        transport: observing(transport, (one) => observed.push(one)),
        visit,
        timeoutMs: 3000,
        onStep: (title) => steps.push(title),
      });
      return { steps, observed };
    } finally {
      await fixture.close();
    }
  }

  it('goes from the first refusal to a revoked token', async () => {
    const { steps } = await walk();
    expect(steps).to.deep.equal([
      'Ask without a token',
      'Find the authorization server',
      'Register a client',
      'Let a person sign in and agree',
      'Redeem the code',
      'Ask with the token',
      'Refresh',
      'Revoke',
      'Clean up',
    ]);
  });

  it('shows no secret', async () => {
    const { observed } = await walk();
    const text = JSON.stringify(observed);
    expect(text).to.match(/"authorization","Bearer <\d+ characters>"/);
    expect(text).to.not.match(/eyJ[\w-]{10}/);
    expect(text).to.not.match(/refresh_token\\?"?[:=]\\?"?[0-9a-f]{8}-/);
    expect(text).to.not.match(/[?&]?code=[0-9a-f]{8}-/);
  });

  for (const [fault, step] of Object.entries({
    'auth.challenge.status': 'discovery',
    'auth.server.found': 'discovery',
    'auth.register.answer': 'registration',
    'auth.authorize.accepts': 'authorization',
    'auth.grant.iss': 'authorization',
    'auth.grant.code-flow': 'token',
    'auth.grant.accepted': 'token',
    'auth.revoke.access-token': 'revocation',
  })) {
    it(`ends at ${step} on a server with the fault ${fault}`, async () => {
      const failed = await walk([fault]).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failed).to.be.instanceOf(OAuthError).with.property('step', step);
    });
  }
});

describe('headlessVisit', () => {
  let server: Server;
  let origin = '';
  let page: (request: IncomingMessage, response: ServerResponse, body: string) => void = () => undefined;

  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => page(request, response, body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const html = (
    response: ServerResponse,
    text: string,
    headers: Record<string, string | string[]> = {},
  ): void => {
    response.writeHead(200, { 'content-type': 'text/html', ...headers });
    response.end(text);
  };

  it('types the code, keeps cookies, presses Allow and goes back to the client', async () => {
    const loopback = await listenForCallback();
    const bodies: string[] = [];
    page = (request, response, body) => {
      if (request.url === '/authorize') {
        response
          .writeHead(303, {
            location: '/sign-in',
            'set-cookie': ['a=1; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2'],
          })
          .end();
      } else if (request.method === 'GET') {
        html(
          response,
          '<form action="/code?x=1&amp;y=2" method="post"><input type="hidden" name="csrf" value="&quot;t"><input name="code"><button>Go</button></form>',
        );
      } else if (request.url?.startsWith('/code') === true) {
        bodies.push(`${request.headers.cookie ?? ''} ${request.url} ${body}`);
        html(
          response,
          '<form action="/consent"><button name="d" value="no">Deny</button><button name="d" value="yes">Allow</button></form>',
        );
      } else {
        bodies.push(body);
        html(
          response,
          `<meta http-equiv="refresh" content="0; url=${loopback.redirectUri}?code=c&amp;state=s">`,
        );
      }
    };
    await headlessVisit({ transport, code: 'ABC' })(`${origin}/authorize`);
    const callback = await loopback.callback(1000);
    await loopback.close();
    expect(bodies).to.deep.equal(['a=1; b=2 /code?x=1&y=2 csrf=%22t&code=ABC', 'd=yes']);
    expect(callback.search).to.equal('?code=c&state=s');
  });

  it('gives the code to no other origin', async () => {
    page = (_request, response) =>
      html(response, '<form action="http://127.0.0.1:9/steal"><input name="code"></form>');
    const failed = await headlessVisit({ transport, code: 'ABC' })(`${origin}/authorize`).catch(
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(OAuthError).with.property('message').that.contains('another origin');
  });

  it('ends on a page without a form, and on pages without an end', async () => {
    page = (_request, response) => html(response, '<p>No.</p>');
    expect(
      await headlessVisit({ transport, code: 'A' })(`${origin}/`).catch((error: unknown) => error),
    ).to.be.instanceOf(OAuthError);
    page = (_request, response) => void response.writeHead(303, { location: '/again' }).end();
    expect(
      await headlessVisit({ transport, code: 'A' })(`${origin}/`).catch((error: unknown) => error),
    ).to.be.instanceOf(OAuthError);
  });
});

describe('listenForCallback', () => {
  it('takes GET at its path only, and gives up in time', async () => {
    const loopback = await listenForCallback();
    const wrong = await send({ url: loopback.redirectUri.replace('/callback', '/other'), timeoutMs: 1000 });
    const failed = await loopback.callback(50).catch((error: unknown) => error);
    await loopback.close();
    expect(wrong.status).to.equal(404);
    expect(failed).to.be.instanceOf(OAuthError);
  });
});
