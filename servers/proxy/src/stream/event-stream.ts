import type { ServerResponse } from 'node:http';
import type { Outflow } from './outflow.ts';
import { SSE_HEARTBEAT, openSse, sseEvent, ssePriming } from './sse.ts';

const MAX_EVENTS = 256;

/**
 * One SSE stream of a session. It outlives its connection: while nobody is connected its messages are kept, and a
 * client that comes back with `Last-Event-ID` gets what it missed (2025-11-25, basic/transports "Resumability").
 */
export class EventStream {
  readonly id: number;
  /** The events that are still here, the oldest first. */
  readonly kept: string[] = [];
  readonly #streams: EventStreams;
  #seq = 0;
  #response: ServerResponse | undefined;
  #done = false;

  constructor(id: number, streams: EventStreams) {
    this.id = id;
    this.#streams = streams;
  }

  /** Whether somebody is connected. */
  get connected(): boolean {
    return this.#response !== undefined;
  }

  /** Whether no message will follow. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Opens the stream on a response.
   * @param prime whether to send the event that makes it resumable before its first message (2025-11-25)
   */
  open(response: ServerResponse, prime: boolean): void {
    openSse(response);
    this.#attach(response);
    if (prime) this.#write(ssePriming(`${this.id}-${this.#seq}`));
  }

  /**
   * Opens the stream anew after a connection broke.
   * @param after sequence number of the last event that the client has seen
   * @returns false when some of what followed is no longer here, or never was
   */
  resume(response: ServerResponse, after: number, prime: boolean): boolean {
    const first = this.#seq - this.kept.length;
    if (after < first || after > this.#seq) return false;
    this.#response?.end();
    openSse(response);
    this.#attach(response);
    if (prime) this.#write(ssePriming(`${this.id}-${after}`));
    this.kept
      .slice(after - first)
      .forEach((text, i) => this.#write(sseEvent(`${this.id}-${after + i + 1}`, text)));
    if (this.#done) this.#close();
    return true;
  }

  /** @param text one message */
  send(text: string): void {
    this.#seq++;
    this.#streams.keep(this, text);
    this.#write(sseEvent(`${this.id}-${this.#seq}`, text));
  }

  heartbeat(): void {
    this.#write(SSE_HEARTBEAT);
  }

  /** The last message has been sent. */
  end(): void {
    this.#done = true;
    if (this.kept.length === 0) this.#streams.forget(this);
    this.#close();
  }

  #attach(response: ServerResponse): void {
    this.#response = response;
    response.once('close', () => {
      if (this.#response === response) this.#response = undefined;
    });
  }

  #write(text: string): void {
    if (!this.#response) return;
    this.#response.write(text);
    this.#streams.outflow.wrote(this.#response);
  }

  #close(): void {
    this.#response?.end();
    this.#response = undefined;
  }
}

/** The SSE streams of one session, with a common bound on what they keep. */
export class EventStreams {
  readonly outflow: Outflow;
  readonly #maxCharacters: number;
  readonly #streams = new Map<number, EventStream>();
  /** The owner of each kept event, the oldest first. */
  readonly #order: EventStream[] = [];
  #characters = 0;
  #nextId = 1;

  constructor(outflow: Outflow, maxCharacters: number) {
    this.outflow = outflow;
    this.#maxCharacters = maxCharacters;
  }

  create(): EventStream {
    const stream = new EventStream(this.#nextId++, this);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** The stream and the sequence number that an event id names; undefined when it is unknown here. */
  find(eventId: string): { stream: EventStream; seq: number } | undefined {
    const [, id, seq] = /^(\d{1,9})-(\d{1,9})$/.exec(eventId) ?? [];
    const stream = this.#streams.get(Number(id));
    return stream && { stream, seq: Number(seq) };
  }

  /** Keeps a message for resumption; the oldest ones of all streams make room. */
  keep(stream: EventStream, text: string): void {
    stream.kept.push(text);
    this.#order.push(stream);
    this.#characters += text.length;
    while (this.#order.length > MAX_EVENTS || this.#characters > this.#maxCharacters) {
      const oldest = this.#order.shift();
      this.#characters -= oldest?.kept.shift()?.length ?? 0;
      if (oldest?.done && oldest.kept.length === 0) this.#streams.delete(oldest.id);
    }
  }

  /** Forgets a stream that has ended and of which nothing is left. */
  forget(stream: EventStream): void {
    this.#streams.delete(stream.id);
  }

  heartbeat(): void {
    for (const stream of this.#streams.values()) stream.heartbeat();
  }

  /** Ends every stream; the session is over. */
  end(): void {
    for (const stream of this.#streams.values()) stream.end();
  }
}
