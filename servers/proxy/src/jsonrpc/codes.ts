/** JSON-RPC and MCP error codes that the proxy itself answers with. */
export const CODES = {
  /** JSON-RPC 2.0 section 5.1. */
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The service, its process or a bound is in the way; the codes of the TypeScript SDK, which clients know. */
  unavailable: -32000,
  /** Unknown session; a request past its deadline. */
  sessionNotFound: -32001,
  requestTimeout: -32001,
  /** MCP 2026-07-28, basic/transports: headers and body disagree. */
  headerMismatch: -32020,
  /** MCP 2026-07-28: the request needs a client capability that it does not declare. */
  missingCapability: -32021,
  /** MCP 2026-07-28: the revision is not spoken here. */
  unsupportedVersion: -32022,
  /** The client cancelled the request; the code of the Language Server Protocol, JSON-RPC has none. */
  cancelled: -32800,
} as const;
