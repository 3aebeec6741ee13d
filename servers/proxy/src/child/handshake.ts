import { isObject } from '../jsonrpc/message.ts';
import type { Connection } from './connection.ts';

/** What a child has answered to `initialize`. */
export interface Handshake {
  outcome: 'result' | 'error';
  /** The result or error as the child wrote it. */
  valueText: string;
}

/** What the proxy needs to know of an InitializeResult. */
export interface ServerFacts {
  protocolVersion: string;
  capabilities: Readonly<Record<string, unknown>>;
  /** The whole result as the child wrote it. */
  resultText: string;
}

/** The service, or a process of it, cannot serve; `retryAfterMs` says when to try again. */
export class Unavailable extends Error {
  readonly retryAfterMs: number;
  /** For the operator only: the last stderr lines of the process. */
  readonly stderr: readonly string[];

  constructor(message: string, retryAfterMs = 1_000, stderr: readonly string[] = []) {
    super(message);
    this.name = 'Unavailable';
    this.retryAfterMs = retryAfterMs;
    this.stderr = stderr;
  }
}

/** Params of an `initialize` that the proxy sends on its own account: a client that can do nothing. */
export const neutralInitialize = (version: string, capabilities = '{}'): string =>
  `{"protocolVersion":"2025-11-25","capabilities":${capabilities},"clientInfo":${JSON.stringify({ name: 'mcpgw', version })}}`;

/**
 * Sends `initialize` and waits for the answer.
 * @param startMs deadline
 * @throws {Unavailable} when the child ends, or does not answer in time
 */
export function handshake(connection: Connection, paramsText: string, startMs: number): Promise<Handshake> {
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>();
  const lost = (reason: string): void => reject(new Unavailable(`initialize was not answered: ${reason}`));
  const id = connection.call(
    { method: 'initialize', params: undefined, paramsText },
    {
      onReply: (outcome, valueText) => resolve({ outcome, valueText }),
      onProgress: () => undefined,
      onLost: lost,
      onTimeout: () => lost('the server process took too long'),
    },
  );
  const timer = setTimeout(() => {
    connection.cancel(id, 'The server took too long to start');
    reject(new Unavailable(`the server process did not answer initialize within ${startMs} ms`));
  }, startMs);
  return promise.finally(() => clearTimeout(timer));
}

/** @throws {Unavailable} when the answer is an error, or no InitializeResult */
export function readFacts({ outcome, valueText }: Handshake): ServerFacts {
  const value: unknown = JSON.parse(valueText);
  if (!isObject(value)) throw new Unavailable('the server process answered initialize with no object');
  if (outcome === 'error') {
    throw new Unavailable(`the server process refused initialize: ${String(value['message'])}`);
  }
  const { protocolVersion, capabilities } = value;
  if (typeof protocolVersion !== 'string' || protocolVersion === '') {
    throw new Unavailable('the server process answered initialize without a protocolVersion');
  }
  return { protocolVersion, capabilities: isObject(capabilities) ? capabilities : {}, resultText: valueText };
}
