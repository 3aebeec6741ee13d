import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../http/reply.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Message, Parsed, Request } from '../jsonrpc/message.ts';
import { LEGACY_VERSIONS } from '../legacy/versions.ts';
import { claimsVersion, MODERN_VERSION, readEnvelope, type Envelope } from './envelope.ts';
import { decodeHeaderValue } from './header-value.ts';

/** Methods whose `Mcp-Name` header repeats a member of `params`. */
const NAMED = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/** Whether a POST belongs to the modern era: it says so in its header, or in its body, or names no known revision. */
export function isModern({ messages }: Parsed, headers: IncomingHttpHeaders): boolean {
  const version = headers['mcp-protocol-version'];
  if (version === MODERN_VERSION) return true;
  if (messages.some((message) => 'params' in message && claimsVersion(message.params))) return true;
  const known = version === undefined || LEGACY_VERSIONS.includes(String(version));
  return !known && headers['mcp-session-id'] === undefined;
}

export type Checked = { envelope: Envelope } | { envelope: undefined; refusal: Refusal };

/**
 * Checks a request of the modern era: first its envelope, then that headers and body say the same, then the revision
 * (2026-07-28, basic/transports "Standard headers").
 */
export function checkRequest(request: Request, headers: IncomingHttpHeaders): Checked {
  const version = headers['mcp-protocol-version'];
  if (version !== MODERN_VERSION && !claimsVersion(request.params))
    return refused(unsupported(String(version)));
  const envelope = readEnvelope(request);
  if (typeof envelope === 'string') {
    return refused({ status: 400, code: CODES.invalidParams, message: `Invalid params: ${envelope}` });
  }
  const mismatch = headerMismatch(request, envelope, headers);
  if (mismatch !== undefined) {
    return refused({
      status: 400,
      code: CODES.headerMismatch,
      message: `Headers and body disagree: ${mismatch}`,
    });
  }
  if (envelope.protocolVersion !== MODERN_VERSION) return refused(unsupported(envelope.protocolVersion));
  return { envelope };
}

/** Checks what is no request: the modern era knows no responses, no batches, and no notifications of clients. */
export function checkOther(message: Message | undefined, batch: boolean): Refusal | undefined {
  if (!batch && message?.kind === 'notification') return undefined;
  const message_ = batch ? 'no JSON-RPC batches' : 'no responses of clients';
  return { status: 400, code: CODES.invalidRequest, message: `MCP ${MODERN_VERSION} has ${message_}` };
}

function headerMismatch(
  { method, params }: Request,
  { protocolVersion }: Envelope,
  headers: IncomingHttpHeaders,
): string | undefined {
  const version = headers['mcp-protocol-version'];
  if (version === undefined) return 'the MCP-Protocol-Version header is missing';
  if (version !== protocolVersion) return `the MCP-Protocol-Version header is not "${protocolVersion}"`;
  const named = headers['mcp-method'];
  if (named === undefined) return 'the Mcp-Method header is missing';
  if (named !== method) return `the Mcp-Method header is not "${method}"`;
  const source = NAMED.get(method);
  const value = source === undefined ? undefined : params?.[source];
  if (source === undefined || typeof value !== 'string') return undefined;
  const name = headers['mcp-name'];
  if (typeof name !== 'string') return 'the Mcp-Name header is missing';
  if (decodeHeaderValue(name) !== value) return `the Mcp-Name header does not repeat params.${source}`;
  return undefined;
}

const unsupported = (requested: string): Refusal => ({
  status: 400,
  code: CODES.unsupportedVersion,
  message: 'This protocol version is not supported',
  data: { supported: [MODERN_VERSION], requested },
});

const refused = (refusal: Refusal): Checked => ({ envelope: undefined, refusal });
