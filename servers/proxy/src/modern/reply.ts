import type { ServerResponse } from 'node:http';
import type { Log } from '@mcpgw/kit';
import { refusalText, replyJson, type Refusal } from '../http/reply.ts';
import type { Member } from '../in-flight.ts';
import { responseText } from '../jsonrpc/write.ts';
import type { Outflow } from '../stream/outflow.ts';
import { openSse, SSE_HEARTBEAT } from '../stream/sse.ts';

/**
 * The answer to one POST of the modern era: JSON when nothing comes before it, else an SSE stream that cannot be
 * resumed. A client that closes it cancels the request (2026-07-28, basic/transports "Cancellation").
 */
export class Reply implements Member {
  place = 0;
  readonly idText: string;
  /** Where bytes that the client has not taken yet are counted. */
  outflow: Outflow | undefined;
  readonly #response: ServerResponse;
  readonly #log: Log;
  readonly #since = Date.now();
  #streaming = false;
  #finished = false;

  constructor(response: ServerResponse, idText: string, log: Log) {
    this.#response = response;
    this.idText = idText;
    this.#log = log;
  }

  /** Whether nothing can be sent any more. */
  get over(): boolean {
    return this.#finished || this.#response.destroyed;
  }

  /** Calls back when the client leaves before the answer. */
  onLeft(callback: () => void): void {
    this.#response.once('close', () => {
      if (!this.#finished) callback();
    });
  }

  /** Calls back when the exchange is over, either way. */
  onClosed(callback: () => void): void {
    this.#response.once('close', callback);
  }

  /** Sends a message before the answer. */
  send(text: string): void {
    if (this.over) return;
    if (!this.#streaming) this.#open();
    this.#response.write(`event: message\ndata: ${text}\n\n`);
    this.outflow?.wrote(this.#response);
  }

  result(valueText: string): void {
    this.#finish(200, responseText(this.idText, 'result', valueText));
  }

  /** @param status HTTP status where the headers have not gone out yet */
  error(status: number, errorValueText: string): void {
    this.#finish(status, responseText(this.idText, 'error', errorValueText));
  }

  refuse(refusal: Refusal): void {
    const { status, retryAfterMs } = refusal;
    const headers =
      retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
    this.#finish(status, refusalText(this.idText, refusal, this.#log), headers);
  }

  /** Keeps a long wait alive: what has sent nothing for a whole interval becomes a stream. */
  heartbeat(now: number, intervalMs: number): void {
    if (this.over || now - this.#since < intervalMs) return;
    if (!this.#streaming) this.#open();
    this.#response.write(SSE_HEARTBEAT);
  }

  #open(): void {
    this.#streaming = true;
    openSse(this.#response);
  }

  #finish(status: number, text: string, headers?: Record<string, string>): void {
    if (this.over) return;
    this.#finished = true;
    if (this.#streaming) this.#response.end(`event: message\ndata: ${text}\n\n`);
    else replyJson(this.#response, status, text, headers);
    this.outflow?.wrote(this.#response);
  }
}
