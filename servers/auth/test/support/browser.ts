import { CookieJar } from '../../../../test/support/oauth/cookie-jar.ts';

/** One browser's cookies, and requests as a test wants them: for what a well-behaved browser never does. */
export class Browser {
  readonly jar = new CookieJar();

  async open(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('cookie')) headers.set('cookie', this.jar.header());
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    this.jar.store(response);
    return response;
  }

  /** Follows redirects to the first page. @returns its address and text */
  async visit(start: string | URL): Promise<{ url: URL; status: number; text: string }> {
    let url = new URL(start);
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await this.open(url, { headers: { accept: 'text/html' } });
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, text: await response.text() };
      url = new URL(location, url);
    }
    throw new Error(`too many redirects, the last to ${url.href}`);
  }

  /** Posts a form of a page. */
  submit(
    page: URL,
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const init = {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: page.origin, ...headers },
    };
    return this.open(new URL(`${page.pathname}${path}`, page), init);
  }
}
