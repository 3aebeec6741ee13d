import type { Log } from '@mcpgw/kit';
import type { Call, Connection } from '../child/connection.ts';
import { CODES } from '../jsonrpc/codes.ts';
import { idKey, type Request } from '../jsonrpc/message.ts';
import { filterTools } from '../jsonrpc/splice.ts';
import { responseText } from '../jsonrpc/write.ts';
import { refusalText } from '../http/reply.ts';
import type { Counters } from '../counters.ts';
import type { Bag, Member } from '../in-flight.ts';
import type { Exchange } from './exchange.ts';

/** Where calls and their POSTs are kept while they are in flight: the session. */
export interface InFlight {
  readonly calls: Bag<LegacyCall>;
  readonly exchanges: Bag<Exchange>;
}

export interface LegacyCallOptions {
  session: InFlight;
  exchange: Exchange;
  request: Request;
  /** The caller's tools, to cut the answer to `tools/list` down to; every tool when undefined. */
  allowedTools: ReadonlySet<string> | undefined;
  counters: Counters;
  log: Log;
}

/** One request of a legacy client in flight. Ends once: by an answer, a loss, a deadline or a cancellation. */
export class LegacyCall implements Call, Member {
  place = 0;
  readonly #options: LegacyCallOptions;
  #connection: Connection | undefined;
  #id = 0;

  constructor(options: LegacyCallOptions) {
    this.#options = options;
    options.session.calls.add(this);
  }

  /** The client's id as `idKey` names it. */
  get key(): string {
    return idKey(this.#options.request.id, this.#options.request.idText);
  }

  /** Sends the request to the child, unless it was cancelled while the child started. */
  send(connection: Connection): void {
    if (!this.#options.session.calls.has(this)) return;
    this.#connection = connection;
    this.#id = connection.call(this.#options.request, this);
  }

  onReply(outcome: 'result' | 'error', valueText: string): void {
    const { request, allowedTools, counters } = this.#options;
    if (outcome === 'error') counters.errors++;
    const lists = allowedTools !== undefined && outcome === 'result' && request.method === 'tools/list';
    this.#finish(
      responseText(request.idText, outcome, lists ? filterTools(valueText, allowedTools) : valueText),
    );
  }

  onProgress(text: string): void {
    this.#options.exchange.push(text);
  }

  onLost(reason: string): void {
    this.fail(CODES.unavailable, `No answer: ${reason}. The session goes on; try again`);
  }

  onTimeout(): void {
    this.fail(CODES.requestTimeout, 'The server did not answer in time');
  }

  /** Answers with an error of the proxy's own. */
  fail(code: number, message: string, retryAfterMs?: number): void {
    const { request, counters, log } = this.#options;
    counters.errors++;
    const refusal = { status: 200, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    this.#finish(refusalText(request.idText, refusal, log));
  }

  /** The client wants no answer any more. It gets an error all the same, so that no POST stays open for ever. */
  cancel(reason: string): void {
    this.#connection?.cancel(this.#id, reason);
    this.fail(CODES.cancelled, 'The client cancelled the request');
  }

  /** The session ends under the call. */
  abandon(reason: string): void {
    this.#connection?.cancel(this.#id, reason);
    this.fail(CODES.unavailable, reason);
  }

  #finish(text: string): void {
    const { session, exchange } = this.#options;
    if (!session.calls.delete(this)) return;
    exchange.reply(text);
    if (exchange.done) session.exchanges.delete(exchange);
  }
}
