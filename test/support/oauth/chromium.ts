import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import type { UserAgent } from './person.ts';

export interface ChromiumPerson {
  agent: UserAgent;
  /** Where a client of this person has to be called back: a real page of a real listener. */
  redirectUrl: string;
  close: () => Promise<void>;
}

/**
 * A person at a real browser with JavaScript switched off.
 * @param executablePath of Chromium
 */
export async function chromiumPerson(executablePath: string, signInCode: string): Promise<ChromiumPerson> {
  const callback = createServer((_, response) => response.end('You may close this window.'));
  callback.listen(0, '127.0.0.1');
  await once(callback, 'listening');
  const redirectUrl = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
  const browser = await chromium.launch({ executablePath });
  const context = await browser.newContext({ javaScriptEnabled: false });
  return {
    redirectUrl,
    async agent(authorizationUrl) {
      const page = await context.newPage();
      try {
        await page.goto(authorizationUrl.href);
        await signIn(page, signInCode);
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.waitForURL(`${redirectUrl}?**`);
        return new URL(page.url());
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      callback.closeAllConnections();
      callback.close();
    },
  };
}

async function signIn(page: Page, code: string): Promise<void> {
  const field = page.getByRole('textbox');
  await field.fill(code);
  await field.press('Enter');
}
