import { parseChallenges } from '../oauth/challenge.ts';
import { HttpError } from '../oauth/http-error.ts';
import { httpTransport, jsonObject, type Transport } from '../oauth/transport.ts';
import { messagesIn, resultOf } from './mcp/message.ts';
import { initializeRequest } from './mcp/session.ts';

/** One public URL and what it is. */
export interface SmokeRoute {
  kind: 'mcp' | 'protected-resource-metadata' | 'authorization-server';
  url: string;
  /** For an `mcp` route: lets the tester in, so that the server behind it is asked too. */
  token?: string;
}

export interface SmokeResult {
  kind: SmokeRoute['kind'];
  url: string;
  ok: boolean;
  /** What was seen, one line. */
  seen: string;
  ms: number;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const REVISION = '2025-11-25';

/** Asks every route once, side by side: does it answer as it must? Never throws for what a route does. */
export function smoke(
  routes: readonly SmokeRoute[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<SmokeResult[]> {
  const transport = httpTransport({ timeoutMs, ...(signal === undefined ? {} : { signal }) });
  return Promise.all(routes.map((route) => smokeOne(route, transport)));
}

async function smokeOne(route: SmokeRoute, transport: Transport): Promise<SmokeResult> {
  const started = performance.now();
  const { kind, url } = route;
  const found = (ok: boolean, seen: string): SmokeResult => ({
    kind,
    url,
    ok,
    seen,
    ms: Math.round(performance.now() - started),
  });
  try {
    if (kind === 'mcp') return found(...(await askEndpoint(route, transport)));
    const answer = await transport({ method: 'GET', url, headers: { accept: 'application/json' } });
    if (kind === 'authorization-server') {
      // Some of its paths take nothing but POST; an empty form is refused there, and does nothing.
      const gone = answer.status === 404 || answer.status === 405;
      const { status } = gone ? await transport({ method: 'POST', url, headers: FORM, body: '' }) : answer;
      return found(status < 500 && status !== 404, `HTTP ${status}`);
    }
    const resource = jsonObject(answer.text)?.['resource'];
    return found(
      answer.status === 200 && typeof resource === 'string',
      `HTTP ${answer.status}, resource ${String(resource)}`,
    );
  } catch (error) {
    if (error instanceof HttpError) return found(false, error.message);
    throw error;
  }
}

async function askEndpoint({ url, token }: SmokeRoute, transport: Transport): Promise<[boolean, string]> {
  const ask = (headers: Record<string, string>, body: unknown = initializeRequest(1, REVISION)) =>
    transport({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const refused = await ask({});
  const bearer = parseChallenges(refused.headers['www-authenticate'] ?? '').find(
    ({ scheme }) => scheme === 'bearer',
  );
  if (refused.status !== 401 || bearer?.params.get('resource_metadata') === undefined) {
    return [false, `HTTP ${refused.status} without a token, where 401 with resource_metadata is due`];
  }
  if (token === undefined) return [true, '401 with a challenge'];
  const authorization = { authorization: `Bearer ${token}` };
  const answer = await ask(authorization);
  const session = answer.headers['mcp-session-id'];
  if (session !== undefined) {
    await transport({
      method: 'DELETE',
      url,
      headers: { ...authorization, 'mcp-session-id': session, 'mcp-protocol-version': REVISION },
    });
  }
  const texts = answer.text.split('\n').map((line) => line.replace(/^data: ?/, ''));
  const initialized = texts.flatMap(messagesIn).some((message) => resultOf(message) !== undefined);
  return [
    initialized,
    initialized
      ? '401 with a challenge; initialize answered'
      : `initialize was answered with HTTP ${answer.status}`,
  ];
}
