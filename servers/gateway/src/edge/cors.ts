import type { IncomingMessage, ServerResponse } from 'node:http';

const METHODS = 'GET, POST, DELETE, OPTIONS';
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'Mcp-Session-Id',
  'MCP-Protocol-Version',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'traceparent',
];
const EXPOSED_HEADERS = 'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After';

/** Headers that carry a tool's arguments (MCP 2026-07-28, `x-mcp-header`); a browser asks for each by its name. */
const PARAMETER_HEADER = /^mcp-param-[\w-]{1,64}$/i;

/** Lets the page that asked read the answer, whatever it will be: a 401 is of no use to a client that cannot see it. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
  response.setHeader('Vary', 'Origin');
}

/** Answers a preflight, which never carries a token (Fetch, "CORS-preflight fetch"). */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'] ?? '';
  const parameters = asked.split(',').flatMap((name) => {
    const trimmed = name.trim();
    return PARAMETER_HEADER.test(trimmed) ? [trimmed] : [];
  });
  response.writeHead(204, {
    Allow: METHODS,
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': [...REQUEST_HEADERS, ...parameters].join(', '),
    'Access-Control-Max-Age': '7200',
    Vary: 'Origin, Access-Control-Request-Headers',
  });
  response.end();
}
