import { elements, members, skipSpace } from './scan.ts';
import { CODES } from './codes.ts';

export type Id = string | number;
export type Params = Readonly<Record<string, unknown>>;

export interface Request {
  kind: 'request';
  id: Id;
  /** The id as it was written; answers repeat it to the letter. */
  idText: string;
  method: string;
  params: Params | undefined;
  /** `params` as it was written; relayed untouched. */
  paramsText: string | undefined;
}

export interface Notification {
  kind: 'notification';
  method: string;
  params: Params | undefined;
  paramsText: string | undefined;
}

export interface Response {
  kind: 'response';
  id: Id | null;
  outcome: 'result' | 'error';
  value: unknown;
  /** The value of `result` or `error` as it was written. */
  valueText: string;
}

/** What is no JSON-RPC message; `idText` when an id could be read. */
export interface Invalid {
  kind: 'invalid';
  code: number;
  reason: string;
  idText: string | undefined;
}

export type Message = Request | Notification | Response;

export interface Parsed {
  batch: boolean;
  messages: (Message | Invalid)[];
}

const MAX_ID_CHARACTERS = 1024;

/**
 * Reads one JSON-RPC message, or a batch of them (2025-03-26 only; the caller decides). Unknown members of the
 * envelope and repeated ones are dropped: what is relayed is written anew around `paramsText`, so a receiver that
 * reads the first of two equal names, or ignores their case, sees what was checked here.
 */
export function parseMessages(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const reason = 'The text is not valid JSON';
    return {
      batch: false,
      messages: [{ kind: 'invalid', code: CODES.parseError, reason, idText: undefined }],
    };
  }
  const start = skipSpace(text, 0);
  if (!Array.isArray(value)) return { batch: false, messages: [readMessage(value, text, start)] };
  const spans = elements(text, start);
  return { batch: true, messages: value.map((one, i) => readMessage(one, text, spans[i]?.start ?? start)) };
}

function readMessage(value: unknown, text: string, at: number): Message | Invalid {
  if (!isObject(value)) return invalid('A message must be a JSON object');
  let idText: string | undefined;
  let paramsText: string | undefined;
  let resultText: string | undefined;
  let errorText: string | undefined;
  for (const { key, start, end } of members(text, at)) {
    if (key === 'id') idText = text.slice(start, end);
    else if (key === 'params') paramsText = text.slice(start, end);
    else if (key === 'result') resultText = text.slice(start, end);
    else if (key === 'error') errorText = text.slice(start, end);
  }
  const { id, method, params } = value;
  const validId = typeof id === 'string' || typeof id === 'number';
  if (idText !== undefined && idText.length > MAX_ID_CHARACTERS) {
    return invalid(`"id" must have at most ${MAX_ID_CHARACTERS} characters`);
  }
  const shownId = validId ? idText : undefined;
  if (value['jsonrpc'] !== '2.0') return invalid('"jsonrpc" must be "2.0"', shownId);
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) return invalid('"params" must be an object', shownId);
    if (idText === undefined) return { kind: 'notification', method, params, paramsText };
    if (!validId) return invalid('"id" must be a string or a number');
    return { kind: 'request', id, idText, method, params, paramsText };
  }
  if (method !== undefined) return invalid('"method" must be a string', shownId);
  if ((resultText === undefined) === (errorText === undefined)) {
    return invalid('A message needs "method", or one of "result" and "error"', shownId);
  }
  if (idText === undefined || !(validId || id === null))
    return invalid('A response needs the id of its request');
  return resultText === undefined
    ? { kind: 'response', id, outcome: 'error', value: value['error'], valueText: errorText ?? '' }
    : { kind: 'response', id, outcome: 'result', value: value['result'], valueText: resultText };
}

const invalid = (reason: string, idText?: string): Invalid => ({
  kind: 'invalid',
  code: CODES.invalidRequest,
  reason,
  idText,
});

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The name of an id in a table: equal ids give equal keys, `1` and `"1"` differ, and so do two numbers that only a
 * double would make equal.
 */
export function idKey(id: Id, idText: string): string {
  if (typeof id === 'string') return `s${id}`;
  return Number.isSafeInteger(id) ? String(id) : idText;
}
