/** Ids that MCP allows in requests; never null. */
export type JsonRpcId = string | number;

/** JSON-RPC 2.0 section 5.1, and the codes MCP 2026-07-28 adds. */
export const JSON_RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export interface JsonRpcError {
  jsonrpc: '2.0';
  id: JsonRpcId;
  error: { code: number; message: string; data?: unknown };
}

/**
 * An error answer to a request whose id is known. Where it is not, answer with plain JSON (`errorBody`): clients of the
 * Rust SDK wait for ever on an error whose id is null.
 */
export const jsonRpcError = (id: JsonRpcId, code: number, message: string, data?: unknown): JsonRpcError => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data !== undefined && { data }) },
});
