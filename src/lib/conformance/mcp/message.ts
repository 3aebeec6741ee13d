/** A JSON-RPC 2.0 message as it came, not yet validated. */
export type Message = Record<string, unknown>;

export interface RpcError {
  code: unknown;
  message: unknown;
  data: unknown;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The messages in a JSON text: one, a batch, or none when it is not JSON. */
export function messagesIn(text: string): Message[] {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).filter(isObject);
  } catch {
    return [];
  }
}

export const isResponse = (message: Message): boolean =>
  !('method' in message) && ('result' in message || 'error' in message);

export const resultOf = (message: Message | undefined): Record<string, unknown> | undefined =>
  message && isObject(message['result']) ? message['result'] : undefined;

export function errorOf(message: Message | undefined): RpcError | undefined {
  const error = message?.['error'];
  return isObject(error)
    ? { code: error['code'], message: error['message'], data: error['data'] }
    : undefined;
}
