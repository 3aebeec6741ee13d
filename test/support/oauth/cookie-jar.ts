/** The cookies of one browser for one gateway. Knows as much of RFC 6265 as a single origin needs. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes over the `Set-Cookie` lines of an answer; `Max-Age=0` and past dates remove a cookie. */
  store(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      if (attributes.some(isExpired)) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(name.length + 1));
    }
  }

  /** The value of the `Cookie` header; empty when there are none. */
  header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

function isExpired(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0;
  return name.toLowerCase() === 'expires' && Date.parse(value) <= Date.now();
}
