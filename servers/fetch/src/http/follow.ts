import { isUtf8 } from 'node:buffer';
import { ToolError } from '@mcpgw/kit/mcp';
import type { HostRules } from '../guard/hosts.ts';
import { checkUrl } from '../guard/url.ts';
import { BOUNDS } from '../options.ts';
import type { CachedResponse, Send } from './cached-exchange.ts';
import type { Exchange } from './exchange.ts';
import { withoutCredentials } from './headers.ts';
import type { CheckRobots } from './robots.ts';

export interface FetchRequest extends Omit<Exchange, 'target'> {
  url: string;
}

export interface FetchedPage extends CachedResponse {
  url: URL;
  redirects: string[];
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a URL through the guard, which is asked anew at every redirect (Fetch standard, "HTTP-redirect fetch").
 * @param checkRobots absent where robots.txt is not obeyed
 * @throws Refusal, ToolError
 */
export async function follow(
  request: FetchRequest,
  rules: HostRules,
  send: Send,
  checkRobots: CheckRobots | undefined,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const redirects: string[] = [];
  let target = checkUrl(request.url, rules);
  let { method, headers, body } = request;
  for (;;) {
    await checkRobots?.(target.url, signal);
    const response = await send({ ...request, target, method, headers, body }, signal);
    const location = REDIRECTS.has(response.status) ? response.headers.location : undefined;
    if (location === undefined) return { ...response, url: target.url, redirects };
    if (redirects.length === BOUNDS.redirects)
      throw new ToolError(`More than ${BOUNDS.redirects} redirects.`);

    const next = checkUrl(locationOf(location), rules, target.url);
    if (response.status === 303 || (response.status <= 302 && method === 'POST')) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = undefined;
      headers = new Map([...headers].filter(([name]) => !name.startsWith('content-')));
    }
    if (next.url.origin !== target.url.origin) headers = withoutCredentials(headers);
    target = next;
    redirects.push(next.url.href);
  }
}

/** Header text is Latin-1 to Node, and UTF-8 to most servers, which forget to encode spaces too. */
function locationOf(location: string): string {
  const bytes = Buffer.from(location, 'latin1');
  return (isUtf8(bytes) ? bytes.toString('utf8') : location).trim().replaceAll(' ', '%20');
}
