import { connect, type Socket } from 'node:net';

/** A legacy client by hand: raw HTTP, so that tests can say exactly what goes over the wire. */
export interface RawReply {
  status: number;
  headers: Headers;
  /** JSON-RPC messages in their order, of a JSON answer or an SSE stream. */
  messages: Record<string, unknown>[];
  text: string;
}

export const ACCEPT = 'application/json, text/event-stream';

export async function post(
  url: string,
  body: string | object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<RawReply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, messages: parse(response, text) };
}

function parse(response: Response, text: string): Record<string, unknown>[] {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('text/event-stream')) return sseMessages(text);
  if (!type.includes('application/json') || text === '') return [];
  const value = JSON.parse(text) as Record<string, unknown> | Record<string, unknown>[];
  return Array.isArray(value) ? value : [value];
}

export function sseMessages(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/^data: (.+)$/gm)].map(
    ([, data]) => JSON.parse(data ?? '') as Record<string, unknown>,
  );
}

export const initializeBody = (overrides: Record<string, unknown> = {}): object => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1.0.0' },
    ...overrides,
  },
});

/** A session over raw HTTP. */
export class RawSession {
  readonly url: string;
  readonly headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.url = url;
    this.headers = headers;
  }

  static async open(
    url: string,
    {
      initialize = {},
      headers = {},
    }: { initialize?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ): Promise<RawSession> {
    const reply = await post(url, initializeBody(initialize), headers);
    const id = reply.headers.get('mcp-session-id');
    if (reply.status !== 200 || id === null) throw new Error(`initialize: ${reply.status} ${reply.text}`);
    const result = reply.messages[0]?.['result'] as { protocolVersion: string };
    const session = new RawSession(url, {
      ...headers,
      'mcp-session-id': id,
      'mcp-protocol-version': result.protocolVersion,
    });
    await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return session;
  }

  post(body: string | object, signal?: AbortSignal): Promise<RawReply> {
    return post(this.url, body, this.headers, signal);
  }

  /** Calls a tool and returns the whole reply. */
  call(
    name: string,
    args: object = {},
    { id = 1, meta }: { id?: unknown; meta?: object } = {},
  ): Promise<RawReply> {
    const params = { name, arguments: args, ...(meta && { _meta: meta }) };
    return this.post({ jsonrpc: '2.0', id, method: 'tools/call', params });
  }

  /** Calls a tool and returns the text of its result. */
  async text(name: string, args: object = {}): Promise<string> {
    const { messages, text } = await this.call(name, args);
    const result = messages.at(-1)?.['result'] as { content: { text: string }[] } | undefined;
    if (!result) throw new Error(`no result: ${text}`);
    return result.content[0]?.text ?? '';
  }

  listen(headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(this.url, {
      headers: { accept: 'text/event-stream', ...this.headers, ...headers },
      ...(signal && { signal }),
    });
  }

  end(): Promise<Response> {
    return fetch(this.url, { method: 'DELETE', headers: this.headers });
  }
}

/** The sessions of one test: opened one by one, ended together. */
export class Clients {
  readonly #url: () => string;
  readonly #open: RawSession[] = [];

  constructor(url: () => string) {
    this.#url = url;
  }

  async open(options: Parameters<typeof RawSession.open>[1] = {}): Promise<RawSession> {
    const session = await RawSession.open(this.#url(), options);
    this.#open.push(session);
    return session;
  }

  async end(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((session) => session.end()));
  }
}

/** Reads an SSE response message by message. */
export async function* sse(
  response: Response,
): AsyncGenerator<{ id: string | undefined; data: string }, undefined> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      buffer += decoder.decode(value, { stream: true });
      for (let end = buffer.indexOf('\n\n'); end !== -1; end = buffer.indexOf('\n\n')) {
        const event = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const data = /^data: ?(.*)$/m.exec(event)?.[1];
        if (data !== undefined) yield { id: /^id: (.*)$/m.exec(event)?.[1], data };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A POST over a socket of its own, so that the test decides when it is read. */
export function rawPost(session: RawSession, message: object): Socket {
  const { hostname, port } = new URL(session.url);
  const body = JSON.stringify(message);
  const headers = { host: 'x', 'content-type': 'application/json', accept: ACCEPT, ...session.headers };
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const socket = connect(Number(port), hostname);
  socket.write(`POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}
