import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'chai';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { requireProgram } from '../../../../test/support/requires.ts';
import { TestClient } from '../support/client.ts';
import { SIGN_IN_CODE, startGateway, type TestGateway } from '../support/gateway.ts';

const LOOKS: Record<string, BrowserContextOptions> = {
  'in light': { viewport: { width: 1024, height: 768 }, colorScheme: 'light' },
  'in dark': { viewport: { width: 1024, height: 768 }, colorScheme: 'dark' },
  'on a phone': { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true },
};

/** A program that waits for the answer on loopback, as native clients do. */
async function callbackServer(): Promise<{
  server: Server;
  port: number;
  redirectTo: (url?: string) => void;
}> {
  let next: string | undefined;
  const server = createServer((request, response) => {
    if (next !== undefined && request.url?.startsWith('/callback'))
      response.writeHead(302, { location: next }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Done</title>You can go back.');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, port: (server.address() as AddressInfo).port, redirectTo: (url) => (next = url) };
}

describe('The pages in Chromium', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let callback: Awaited<ReturnType<typeof callbackServer>>;
  let client: TestClient;

  before(async function () {
    const executablePath = requireProgram(this, 'chromium');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    gateway = await startGateway();
    callback = await callbackServer();
  });
  beforeEach(async () => {
    callback.redirectTo(undefined);
    client = await TestClient.register(gateway, {
      client_name: 'Claude Code',
      redirect_uris: [`http://localhost:${callback.port}/callback`],
    });
  });
  after(async () => {
    // Nothing was started where there is no Chromium.
    await (browser as Browser | undefined)?.close();
    (callback as typeof callback | undefined)?.server.close();
    await (gateway as TestGateway | undefined)?.close();
  });

  /** Opens a browser window that complains about everything a page of ours does wrong. */
  const withPage = async (
    options: BrowserContextOptions,
    work: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> => {
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    const foreign: string[] = [];
    context.on('console', (message) => {
      // Chromium notes every answer that is an error; those are expected here.
      if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text()))
        complaints.push(message.text());
    });
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol === 'http:' && ![gateway.port, callback.port].some((port) => host.endsWith(`:${port}`))) {
        foreign.push(request.url());
      }
    });
    try {
      await work(await context.newPage(), context);
      expect(complaints).to.deep.equal([]);
      expect(foreign).to.deep.equal([]);
    } finally {
      await context.close();
    }
  };

  const signIn = async (page: Page, code = SIGN_IN_CODE): Promise<void> => {
    await page.getByRole('textbox', { name: 'Sign-in code' }).fill(code);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const atCallback = async (page: Page): Promise<URLSearchParams> => {
    await page.waitForURL((url) => url.port === String(callback.port));
    return new URL(page.url()).searchParams;
  };

  for (const javaScriptEnabled of [true, false]) {
    const scripts = javaScriptEnabled ? 'with' : 'without';

    it(`lead through sign-in and consent back to the client, ${scripts} scripts`, async () => {
      await withPage({ javaScriptEnabled }, async (page) => {
        await page.goto(client.authorizationUrl().href);
        await signIn(page);
        await page.getByRole('button', { name: 'Allow' }).click();
        const parameters = await atCallback(page);
        const { status } = await client.exchange(parameters.get('code')!);
        expect(status).to.equal(200);
      });
    });

    it(`lead back with a refusal, ${scripts} scripts`, async () => {
      await withPage({ javaScriptEnabled }, async (page) => {
        await page.goto(client.authorizationUrl().href);
        await signIn(page);
        await page.getByRole('button', { name: 'Deny' }).click();
        const parameters = await atCallback(page);
        expect(parameters.get('error')).to.equal('access_denied');
        expect(parameters.get('iss')).to.equal(gateway.issuer);
      });
    });
  }

  it('can be worked by the keyboard alone', async () => {
    await withPage({}, async (page) => {
      await page.goto(client.authorizationUrl().href);
      await page.locator('input:focus').waitFor();
      await page.keyboard.type(SIGN_IN_CODE);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      await page.waitForLoadState();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect((await atCallback(page)).get('code')).to.be.a('string');
    });
  });

  it('lead back though the client sends the browser on to another origin', async () => {
    callback.redirectTo(`http://127.0.0.1:${callback.port}/finished`);
    await withPage({}, async (page) => {
      await page.goto(client.authorizationUrl().href);
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`http://127.0.0.1:${callback.port}/finished`);
    });
  });

  it('lead from the sign-in straight back to a web client that is allowed already', async () => {
    const web = await TestClient.register(gateway, { redirect_uris: ['https://app.example/cb'] });
    await withPage({}, async (page, context) => {
      await context.route('https://app.example/**', (route) => route.fulfill({ body: 'Done' }));
      await page.goto(web.authorizationUrl().href);
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/^https:\/\/app\.example\/cb\?code=/);
      await page.goto(web.authorizationUrl({ prompt: 'login' }).href);
      await signIn(page);
      await page.waitForURL(/^https:\/\/app\.example\/cb\?code=/);
    });
  });

  it('lead back to an app by its own scheme, and stay with a link to it', async () => {
    const app = await TestClient.register(gateway, {
      redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    });
    await withPage({}, async (page) => {
      await page.goto(app.authorizationUrl().href);
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      const link = page.getByRole('link', { name: 'Go back now' });
      expect(await link.getAttribute('href')).to.match(
        /^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/,
      );
    });
  });

  it('let a browser in that comes by another name of the gateway', async () => {
    await withPage({}, async (page) => {
      const url = client.authorizationUrl();
      url.hostname = '127.0.0.1';
      await page.goto(url.href);
      expect(new URL(page.url()).origin).to.equal(gateway.issuer);
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      expect((await atCallback(page)).get('code')).to.be.a('string');
    });
  });

  it('let several sign-ins go on side by side, each to its own end', async () => {
    await withPage({}, async (first, context) => {
      const second = await context.newPage();
      await first.goto(client.authorizationUrl({ state: 'one' }).href);
      await second.goto(client.authorizationUrl({ state: 'two' }).href);
      await signIn(first);
      await signIn(second);
      for (const [page, state] of [
        [second, 'two'],
        [first, 'one'],
      ] as const) {
        await page.getByRole('button', { name: 'Allow' }).click();
        expect((await atCallback(page)).get('state')).to.equal(state);
      }
    });
  });

  it('tell of a wrong code and let the right one follow', async () => {
    await withPage({}, async (page) => {
      await page.goto(client.authorizationUrl().href);
      await signIn(page, 'WRONG-CODE');
      await page.getByRole('alert').getByText('This code is not right').waitFor();
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).waitFor();
    });
  });

  it('tell what to do when a page of long ago is sent', async () => {
    await withPage({}, async (page, context) => {
      await page.goto(client.authorizationUrl().href);
      await context.clearCookies();
      await signIn(page);
      await page.getByRole('heading', { name: 'This sign-in is over' }).waitFor();
    });
  });

  for (const [look, options] of Object.entries(LOOKS)) {
    it(`are for everybody to use, ${look}`, async function () {
      this.timeout(60_000);
      await withPage(options, async (page) => {
        const check = async (what: string): Promise<void> => {
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect(
            violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
            what,
          ).to.deep.equal([]);
          const [content, window] = await page.evaluate<[number, number]>(
            '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
          );
          expect(content, `${what} is wider than the window`).to.be.at.most(window);
        };
        await page.goto(client.authorizationUrl({ scope: 'mcp echo:write' }).href);
        await check('sign-in');
        await signIn(page, 'WRONG-CODE');
        await check('a wrong code');
        await signIn(page);
        await page.getByRole('button', { name: 'Allow' }).waitFor();
        await check('consent');
        await page.goto(client.authorizationUrl({ client_id: 'nobody' }).href);
        await check('an error');
        const app = await TestClient.register(gateway, {
          client_name: 'An app with a remarkably long name that goes on and on and on',
          redirect_uris: [`cursor://${'a-very-long-name-without-any-space'.repeat(4)}/callback`],
        });
        await page.goto(app.authorizationUrl().href);
        await check('consent with long names');
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.getByRole('link', { name: 'Go back now' }).waitFor();
        await check('leaving');
      });
    });
  }

  it('have the colours that the person has chosen', async () => {
    const background = async (colorScheme: 'light' | 'dark'): Promise<string> => {
      let colour = '';
      await withPage({ colorScheme }, async (page) => {
        await page.goto(client.authorizationUrl().href);
        colour = await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
      });
      return colour;
    };
    expect(await background('light')).to.equal('rgb(238, 240, 244)');
    expect(await background('dark')).to.equal('rgb(14, 17, 22)');
  });
});
