import { post, type RawReply } from './client.ts';

export const META = 'io.modelcontextprotocol/';
export const VERSION = '2026-07-28';

export interface ModernOptions {
  id?: unknown;
  capabilities?: object;
  /** More members of `_meta`. */
  meta?: object;
  /** Headers; those set to '' are left out. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A modern client by hand: raw HTTP, so that tests can say exactly what goes over the wire. */
export class ModernClient {
  readonly url: () => string;
  readonly principal: string | undefined;

  constructor(url: () => string, principal?: string) {
    this.url = url;
    this.principal = principal;
  }

  request(
    method: string,
    params: Record<string, unknown> = {},
    options: ModernOptions = {},
  ): Promise<RawReply> {
    const { body, headers } = this.message(method, params, options);
    return post(this.url(), body, headers, options.signal);
  }

  /** Body and headers of a request, for tests that send it themselves. */
  message(
    method: string,
    params: Record<string, unknown>,
    { id = 1, capabilities = {}, meta = {}, headers = {} }: ModernOptions,
  ): { body: object; headers: Record<string, string> } {
    const name = params['name'] ?? params['uri'];
    const all: Record<string, string> = {
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
      ...(this.principal !== undefined && { 'x-user-id': this.principal }),
      ...headers,
    };
    return {
      body: {
        jsonrpc: '2.0',
        id,
        method,
        params: {
          ...params,
          _meta: {
            [`${META}protocolVersion`]: VERSION,
            [`${META}clientCapabilities`]: capabilities,
            ...meta,
          },
        },
      },
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    };
  }

  call(name: string, args: object = {}, options: ModernOptions = {}, more: object = {}): Promise<RawReply> {
    return this.request('tools/call', { name, arguments: args, ...more }, options);
  }

  async text(name: string, args: object = {}, options: ModernOptions = {}): Promise<string> {
    return textOf(await this.call(name, args, options));
  }
}

export interface ModernResult {
  resultType: string;
  content?: { text: string }[];
  inputRequests?: Record<string, { method: string; params: Record<string, unknown> }>;
  requestState?: string;
  [key: string]: unknown;
}

/** The result of the last message; fails where it is none. */
export function resultOf({ messages, text }: RawReply): ModernResult {
  const result = messages.at(-1)?.['result'];
  if (result === undefined) throw new Error(`no result: ${text}`);
  return result as ModernResult;
}

export const textOf = (reply: RawReply): string => resultOf(reply).content?.[0]?.text ?? '';
