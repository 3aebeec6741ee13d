export interface JsonRpcError {
  code: number;
  message: string;
  data: Record<string, unknown>;
}

/** The error of a JSON-RPC message; fails where there is none. */
export function errorOf(message: Record<string, unknown> | undefined): JsonRpcError {
  if (!message || !('error' in message)) throw new Error(`no error: ${JSON.stringify(message)}`);
  return message['error'] as JsonRpcError;
}
