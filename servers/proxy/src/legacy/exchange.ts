import type { ServerResponse } from 'node:http';
import { replyJson } from '../http/reply.ts';
import type { Member } from '../in-flight.ts';
import type { EventStream, EventStreams } from '../stream/event-stream.ts';

/**
 * The answer to one POST with requests. When nothing but the answers comes it is plain JSON; any other message
 * first, or a long wait, makes it an SSE stream. A client that disconnects cancels nothing: the stream goes on
 * without it, to be resumed (2025-11-25, basic/transports).
 */
export class Exchange implements Member {
  place = 0;
  readonly #response: ServerResponse;
  readonly #streams: EventStreams;
  readonly #batch: boolean;
  readonly #prime: boolean;
  readonly #since = Date.now();
  readonly #replies: string[] = [];
  #open: number;
  #stream: EventStream | undefined;

  /**
   * @param requests how many answers will come
   * @param batch whether they were sent as a batch, so that a JSON answer is one too
   * @param prime whether the client understands a priming event
   */
  constructor(
    response: ServerResponse,
    streams: EventStreams,
    { requests, batch, prime }: { requests: number; batch: boolean; prime: boolean },
  ) {
    this.#response = response;
    this.#streams = streams;
    this.#open = requests;
    this.#batch = batch;
    this.#prime = prime;
  }

  /** Whether every request has been answered. */
  get done(): boolean {
    return this.#open === 0;
  }

  /** Whether what is sent now reaches the client, rather than waits for it to come back. */
  get connected(): boolean {
    return this.#stream ? this.#stream.connected : !this.#response.destroyed;
  }

  /**
   * Sends a message that belongs to this POST but is not its answer.
   * @returns false when the client left before it could be sent any
   */
  push(text: string): boolean {
    this.#stream ??= this.#startStream();
    this.#stream?.send(text);
    return this.#stream !== undefined;
  }

  /** The answer to one of the requests. */
  reply(text: string): void {
    this.#open--;
    if (this.#stream) {
      this.#stream.send(text);
      if (this.#open === 0) this.#stream.end();
      return;
    }
    if (!this.#batch) {
      this.#sendJson(text);
      return;
    }
    this.#replies.push(text);
    if (this.#open === 0) this.#sendJson(`[${this.#replies.join(',')}]`);
  }

  /** Keeps a long wait alive: what has sent nothing for a whole interval becomes a stream. */
  heartbeat(now: number, intervalMs: number): void {
    if (!this.#stream && now - this.#since >= intervalMs) this.#stream = this.#startStream();
  }

  #sendJson(text: string): void {
    if (this.#response.destroyed) return;
    replyJson(this.#response, 200, text);
    this.#streams.outflow.wrote(this.#response);
  }

  /** A client that has gone before the stream began knows no event id, so there is nothing to keep for it. */
  #startStream(): EventStream | undefined {
    if (this.#response.destroyed) return undefined;
    const stream = this.#streams.create();
    stream.open(this.#response, this.#prime);
    for (const text of this.#replies.splice(0)) stream.send(text);
    return stream;
  }
}
