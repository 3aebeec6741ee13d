import { OAuthError } from './oauth-error.ts';
import type { Visit } from './sign-in.ts';
import type { Transport } from './transport.ts';

export interface HeadlessOptions {
  transport: Transport;
  /** What is typed into the text field of the sign-in page. Goes to the origin of the authorization page only. */
  code: string;
}

interface Form {
  action: string;
  fields: URLSearchParams;
  /** Name of the field that a person types into. */
  asks: string | undefined;
}

const MAX_STEPS = 15;

/**
 * Stands in for a person with a browser: follows redirects, types the sign-in code, allows what is asked.
 * Works on pages with one form each whose consent button says Allow.
 */
export const headlessVisit =
  ({ transport, code }: HeadlessOptions): Visit =>
  async (start, by = transport) => {
    const { origin } = new URL(start);
    const cookies = new Map<string, string>();
    let url = new URL(start);
    let form: Form | undefined;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const own = url.origin === origin;
      const answer = await by({
        method: form ? 'POST' : 'GET',
        url: url.href,
        headers: {
          accept: 'text/html',
          ...(own && cookies.size > 0
            ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
            : {}),
          ...(form ? { origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(form ? { body: form.fields.toString() } : {}),
      });
      // Whoever listens at another origin is the client that waits for the answer.
      if (!own) return;
      keepCookies(cookies, answer.headers['set-cookie'] ?? '');
      const next = answer.headers['location'] ?? refreshOf(answer.text);
      form = undefined;
      if (next !== undefined) {
        url = new URL(next, url);
        continue;
      }
      form = formIn(answer.text);
      if (answer.status !== 200 || !form) {
        throw new OAuthError(
          'authorization',
          `the page at ${url.origin}${url.pathname} has no form (HTTP ${answer.status})`,
        );
      }
      if (form.asks !== undefined) form.fields.set(form.asks, code);
      url = new URL(form.action, url);
      if (url.origin !== origin) throw new OAuthError('authorization', 'a form leads to another origin');
    }
    throw new OAuthError('authorization', `after ${MAX_STEPS} pages there was no end`);
  };

/** Several Set-Cookie headers arrive joined by commas; a comma inside a date is followed by a space and a digit. */
function keepCookies(cookies: Map<string, string>, header: string): void {
  for (const cookie of header.split(/,(?=\s*[\w!#$%&'*+.^`|~-]+=)/)) {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
}

const refreshOf = (html: string): string | undefined =>
  decode(/<meta[^>]+http-equiv="refresh"[^>]+content="[^"]*?url=([^"]+)"/i.exec(html)?.[1]);

function formIn(html: string): Form | undefined {
  const [, head = '', body = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  const action = attribute(head, 'action');
  if (action === undefined) return undefined;
  const fields = new URLSearchParams();
  let asks: string | undefined;
  for (const [, text = ''] of body.matchAll(/<input\b([^>]*)>/gi)) {
    const name = attribute(text, 'name');
    if (name === undefined) continue;
    const type = attribute(text, 'type') ?? 'text';
    if (type === 'text') asks = name;
    else if (type === 'hidden') fields.set(name, attribute(text, 'value') ?? '');
  }
  for (const [, text = '', label = ''] of body.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)) {
    const name = attribute(text, 'name');
    if (name !== undefined && label.trim() === 'Allow') fields.set(name, attribute(text, 'value') ?? '');
  }
  return { action, fields, asks };
}

const attribute = (text: string, name: string): string | undefined =>
  decode(new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(text)?.[1]);

function decode(text: string | undefined): string | undefined {
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll(/&#(?:x27|39);/g, "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
