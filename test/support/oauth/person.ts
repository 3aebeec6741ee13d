import { CookieJar } from './cookie-jar.ts';
import { readForm, type HtmlForm } from './html-form.ts';

/** Takes an authorization URL through sign-in and consent, and returns the redirect back to the client. */
export type UserAgent = (authorizationUrl: URL) => Promise<URL>;

export interface PersonOptions {
  signInCode: string;
  /** The word on the button that is pressed on the consent page. */
  answer?: 'Allow' | 'Deny';
  /** The cookies of the browser; a new browser when absent. */
  jar?: CookieJar;
}

const STEPS = 12;

/**
 * A person at a browser without JavaScript: follows redirects, keeps cookies, types the sign-in code into the one
 * text field there is and presses the button with the word of the answer.
 * One person keeps one session: a second authorization asks for no code.
 */
export function person({ signInCode, answer = 'Allow', jar = new CookieJar() }: PersonOptions): UserAgent {
  return async (authorizationUrl) => {
    const redirectUri = new URL(authorizationUrl.searchParams.get('redirect_uri') ?? '');
    let request = new Request(authorizationUrl);
    for (let step = 0; step < STEPS; step += 1) {
      const response = await send(request, jar);
      const location = response.headers.get('location');
      if (location === null) {
        const html = await response.text();
        if (response.status !== 200) throw new Error(`${request.url}: ${response.status}\n${html}`);
        request = fill(readForm(html, new URL(request.url)), signInCode, answer);
        continue;
      }
      const target = new URL(location, request.url);
      if (target.origin === redirectUri.origin && target.pathname === redirectUri.pathname) return target;
      request = new Request(target);
    }
    throw new Error(`No redirect to the client within ${STEPS} steps; the last page was ${request.url}`);
  };
}

async function send(request: Request, jar: CookieJar): Promise<Response> {
  const cookies = jar.header();
  if (cookies !== '') request.headers.set('cookie', cookies);
  // A browser says so when a form of the page itself is sent.
  if (request.method === 'POST') request.headers.set('origin', new URL(request.url).origin);
  const response = await fetch(request, { redirect: 'manual' });
  jar.store(response);
  return response;
}

function fill(form: HtmlForm, signInCode: string, answer: string): Request {
  const values = new URLSearchParams([...form.hidden]);
  for (const name of form.textFields) values.set(name, signInCode);
  const pressed =
    form.textFields.length > 0 ? form.buttons[0] : form.buttons.find(({ text }) => text === answer);
  if (pressed === undefined) {
    throw new Error(`No button ${answer}, only: ${form.buttons.map(({ text }) => text).join(', ')}`);
  }
  if (pressed.name !== '') values.set(pressed.name, pressed.value);
  return new Request(form.action, { method: form.method, body: values });
}
