/** Writes messages around values that are relayed as they were written. Every text is one line. */

const LINE_BREAKS = /[\r\n]+/g;

/** JSON holds raw line breaks only between tokens, where a space means the same. */
export const oneLine = (text: string): string =>
  text.includes('\n') || text.includes('\r') ? text.replaceAll(LINE_BREAKS, ' ') : text;

/** @param idText the id, as JSON text */
export function requestText(idText: string, method: string, paramsText: string | undefined): string {
  const params = paramsText === undefined ? '' : `,"params":${oneLine(paramsText)}`;
  return `{"jsonrpc":"2.0","id":${idText},"method":${JSON.stringify(method)}${params}}`;
}

export function notificationText(method: string, paramsText: string | undefined): string {
  const params = paramsText === undefined ? '' : `,"params":${oneLine(paramsText)}`;
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params}}`;
}

/** @param valueText the result or error, as JSON text */
export function responseText(idText: string, outcome: 'result' | 'error', valueText: string): string {
  return `{"jsonrpc":"2.0","id":${idText},"${outcome}":${oneLine(valueText)}}`;
}

export interface ErrorObject {
  code: number;
  message: string;
  data?: Record<string, unknown>;
}

/** @param idText absent where no id could be read (JSON-RPC 2.0 section 5 asks for `null`) */
export function errorText(idText: string | undefined, error: ErrorObject): string {
  return `{"jsonrpc":"2.0","id":${idText ?? 'null'},"error":${JSON.stringify(error)}}`;
}
