/** MCP over plain fetch, for what no well-behaved client sends. */
export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
} as const;

export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

export const callTool = (name: string, args: Record<string, unknown> = {}, id = 2) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** A request of protocol 2026-07-28, with the envelope and the headers that mirror it. */
export function modern(method: string, params: Record<string, unknown> = {}, id = 1) {
  const revision = '2026-07-28';
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  };
  return {
    headers: {
      ...JSON_HEADERS,
      'mcp-protocol-version': revision,
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: envelope } },
  };
}

export const post = (
  url: URL,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

/** The one message of an answer, whether JSON or an event stream. */
export async function messageOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  const data = response.headers.get('content-type')?.startsWith('text/event-stream')
    ? (/^data: (.+)$/m.exec(text)?.[1] ?? '')
    : text;
  return JSON.parse(data) as Record<string, unknown>;
}
