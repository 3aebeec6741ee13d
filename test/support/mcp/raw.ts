/** A bare HTTP request to an MCP endpoint, for what no SDK would send. */
export function post(
  url: URL | string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The first message of a client of 2025-11-25. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'mcpgw-test', version: '1.0.0' },
  },
} as const;

/**
 * The one JSON-RPC message of an answer, whether it comes as JSON or as the events of a stream.
 * @throws Error when there is none
 */
export async function messageOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const data = isStream
    ? text
        .split('\n')
        .findLast((line) => /^data: ?\S/.test(line))
        ?.slice(5)
    : text;
  if (data === undefined) throw new Error(`No message in the answer:\n${text}`);
  return JSON.parse(data) as Record<string, unknown>;
}
