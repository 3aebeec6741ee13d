import type { Revision } from '../types.ts';
import { isObject } from './message.ts';

export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

export const CLIENT_INFO = { name: 'mcpgw-conformance', version: '1' } as const;

/** Adds the request metadata of 2026-07-28 to the params of a request. */
export function withMeta(revision: Revision, params: Record<string, unknown> = {}): Record<string, unknown> {
  const meta = isObject(params['_meta']) ? params['_meta'] : {};
  return {
    ...params,
    _meta: { [META.version]: revision, [META.capabilities]: {}, [META.clientInfo]: CLIENT_INFO, ...meta },
  };
}

/** The headers that mirror a request's body (2026-07-28, Streamable HTTP, request metadata). */
export function headersOfModern(revision: Revision, body: unknown): Record<string, string> {
  const headers: Record<string, string> = { 'mcp-protocol-version': revision };
  if (!isObject(body) || typeof body['method'] !== 'string') return headers;
  headers['mcp-method'] = encodeValue(body['method']);
  const name = nameOf(body['method'], body['params']);
  if (name !== undefined) headers['mcp-name'] = encodeValue(name);
  return headers;
}

/** Encodes a header value that is not plain ASCII (2026-07-28, value encoding). */
export function encodeValue(value: string): string {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value);
  return plain ? value : base64Value(value);
}

export const base64Value = (value: string): string => `=?base64?${Buffer.from(value).toString('base64')}?=`;

function nameOf(method: string, params: unknown): string | undefined {
  if (!isObject(params)) return undefined;
  const name = method === 'resources/read' ? params['uri'] : params['name'];
  const named = method === 'tools/call' || method === 'prompts/get' || method === 'resources/read';
  return named && typeof name === 'string' ? name : undefined;
}
