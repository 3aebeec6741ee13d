import { spawn } from 'node:child_process';
import type { SignIn } from '../conformance/index.ts';
import { headlessVisit, httpTransport } from '../oauth/index.ts';

const PERSON_MS = 300_000;
const HEADLESS_MS = 15_000;

/** Signs in at the running project as its owner would, without a browser. */
export const ownSignIn = (code: string): SignIn => ({
  visit: headlessVisit({ transport: httpTransport({ timeoutMs: HEADLESS_MS }), code }),
  tireless: true,
  timeoutMs: HEADLESS_MS,
});

/**
 * Lets a person sign in: shows the address, and opens it where there is a browser to open it in.
 * @param show writes a line for the person
 * @param browser whether to try
 */
export const personSignIn = (show: (text: string) => void, browser: boolean): SignIn => ({
  visit: (url) => {
    show(`Sign in here within five minutes:\n${url}`);
    if (browser) openBrowser(url);
    return Promise.resolve();
  },
  tireless: false,
  timeoutMs: PERSON_MS,
});

/** What fails here leaves the person with the address on the screen. */
function openBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
