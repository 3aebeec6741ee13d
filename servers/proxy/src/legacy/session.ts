import type { ServerResponse } from 'node:http';
import type { Log } from '@mcpgw/kit';
import type { Limits } from '@mcpgw/kit/contract';
import type { Connection } from '../child/connection.ts';
import { Bag } from '../in-flight.ts';
import { CODES } from '../jsonrpc/codes.ts';
import { idKey, type Notification, type Params, type Request, type Response } from '../jsonrpc/message.ts';
import { member } from '../jsonrpc/scan.ts';
import { splice } from '../jsonrpc/splice.ts';
import { notificationText, requestText } from '../jsonrpc/write.ts';
import { EventStreams, type EventStream } from '../stream/event-stream.ts';
import { Outflow } from '../stream/outflow.ts';
import type { Backend, BackendClient } from './backend.ts';
import type { Exchange } from './exchange.ts';
import type { InFlight, LegacyCall } from './call.ts';
import { hasPriming } from './versions.ts';

export interface SessionOptions {
  id: string;
  principal: string;
  backend: Backend;
  /** The revision that `initialize` settled on. */
  version: string;
  /** What the client said it can do. */
  capabilities: Params;
  limits: Limits;
  /** Frees the place that the session holds. */
  release: () => void;
  log: Log;
}

/** A request of the child that the client has not answered yet. */
interface Asked {
  connection: Connection;
  /** The child's own id, as it wrote it. */
  idText: string;
  since: number;
}

/** Reconnecting clients leave old GET streams behind; only so many are kept for resumption. */
const MAX_GET_STREAMS = 8;
const MAX_WAITING = 64;

/** The client capability that a request of the server needs. */
const NEEDED = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);

/** One legacy client (`Mcp-Session-Id`): its streams, the calls it waits for, the questions it was asked. */
export class Session implements BackendClient, InFlight {
  readonly id: string;
  readonly principal: string;
  readonly backend: Backend;
  readonly version: string;
  readonly release: () => void;
  readonly streams: EventStreams;
  readonly calls = new Bag<LegacyCall>();
  readonly exchanges = new Bag<Exchange>();
  readonly createdAt = Date.now();
  /** When the client last sent something. */
  usedAt = this.createdAt;
  readonly #capabilities: Params;
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #outflow: Outflow;
  readonly #asked = new Map<number, Asked>();
  readonly #gets: EventStream[] = [];
  /** Messages that came while no stream was open. */
  readonly #waiting: string[] = [];
  #nextAsk = 1;

  constructor({ id, principal, backend, version, capabilities, limits, release, log }: SessionOptions) {
    this.id = id;
    this.principal = principal;
    this.backend = backend;
    this.version = version;
    this.release = release;
    this.#capabilities = capabilities;
    this.#limits = limits;
    this.#log = log;
    this.#outflow = new Outflow({
      limit: limits.queuedBytes,
      stallMs: backend.shared ? 1_000 : 30_000,
      onChange: (full) => backend.hold(this, full),
    });
    this.streams = new EventStreams(this.#outflow, limits.queuedBytes);
  }

  get inFlight(): number {
    return this.calls.size;
  }

  /** Whether its streams begin with a priming event. */
  get primes(): boolean {
    return hasPriming(this.version);
  }

  /** Opens a GET stream; what waited for one goes out on it. */
  listen(response: ServerResponse): void {
    const stream = this.streams.create();
    this.#gets.push(stream);
    if (this.#gets.length > MAX_GET_STREAMS) this.#gets.shift()?.end();
    stream.open(response, this.primes);
    for (const text of this.#waiting.splice(0)) stream.send(text);
  }

  /** @returns false when the event is unknown, or what followed it is no longer here */
  resume(response: ServerResponse, lastEventId: string): boolean {
    const found = this.streams.find(lastEventId);
    if (!found?.stream.resume(response, found.seq, this.primes)) return false;
    if (this.#gets.includes(found.stream))
      for (const text of this.#waiting.splice(0)) found.stream.send(text);
    return true;
  }

  /**
   * Sends a message that is no answer.
   * @param related whether it comes of what the child is doing for the client, rather than of itself: then it goes
   *   with the one POST in flight, where there is one (2025-11-25, basic/transports "Sending Messages")
   */
  deliver(text: string, related: boolean): void {
    const [exchange] = this.exchanges;
    const get = this.#gets.findLast(({ connected }) => connected);
    const byPost = exchange !== undefined && related && this.exchanges.size === 1 && exchange.connected;
    if ((byPost || !get) && exchange?.push(text)) return;
    if (get) get.send(text);
    else if (this.#waiting.length < MAX_WAITING && text.length < this.#limits.queuedBytes / MAX_WAITING) {
      this.#waiting.push(text);
    } else this.#log.warn({ session: this.id.slice(0, 12) }, 'no stream is open; a message was dropped');
  }

  /** Passes a request of the child on to the client, under an id of this session. */
  ask(connection: Connection, { method, paramsText, idText }: Request): void {
    const needed = NEEDED.get(method);
    if (needed !== undefined && this.#capabilities[needed] === undefined) {
      connection.refuse(idText, CODES.methodNotFound, `The client has no capability "${needed}"`);
    } else if (this.#asked.size >= this.#limits.inFlight) {
      connection.refuse(idText, CODES.unavailable, 'Too many requests wait for this client');
    } else {
      const id = this.#nextAsk++;
      this.#asked.set(id, { connection, idText, since: Date.now() });
      this.deliver(requestText(String(id), method, paramsText), true);
    }
  }

  /** Passes the client's answer on to the child. One that nobody waits for is dropped. */
  answer({ id, outcome, valueText }: Response): void {
    const asked = typeof id === 'number' ? this.#asked.get(id) : undefined;
    if (typeof id !== 'number' || !asked) return;
    this.#asked.delete(id);
    asked.connection.respond(asked.idText, outcome, valueText);
  }

  /** The child no longer wants an answer to one of its requests. */
  withdraw(connection: Connection, { method, params, paramsText }: Notification): boolean {
    const span = paramsText === undefined ? undefined : member(paramsText, 0, 'requestId');
    const requestId = params?.['requestId'];
    if (paramsText === undefined || !span) return false;
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return false;
    const wanted = paramsText.slice(span.start, span.end);
    for (const [id, asked] of this.#asked) {
      if (asked.connection !== connection || asked.idText !== wanted) continue;
      this.#asked.delete(id);
      this.deliver(notificationText(method, splice(paramsText, span, String(id))), true);
      return true;
    }
    return false;
  }

  /**
   * Cancels the call that the client names. Two calls under one id cannot be told apart; then neither is cancelled,
   * as a cancellation may be ignored but not hit the wrong call.
   */
  cancel({ params, paramsText }: Notification): void {
    const requestId = params?.['requestId'];
    const span = paramsText === undefined ? undefined : member(paramsText, 0, 'requestId');
    if (paramsText === undefined || !span) return;
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    const wanted = idKey(requestId, paramsText.slice(span.start, span.end));
    const named = [...this.calls].filter(({ key }) => key === wanted);
    const reason = params?.['reason'];
    if (named.length === 1) named[0]?.cancel(typeof reason === 'string' ? reason : 'Cancelled by the client');
  }

  /** Deadlines of questions, and readers that hold everybody up. */
  sweep(now: number): void {
    this.#outflow.sweep(now);
    for (const [id, { connection, idText, since }] of this.#asked) {
      if (now - since < this.#limits.requestMs) continue;
      this.#asked.delete(id);
      connection.refuse(idText, CODES.requestTimeout, 'The client did not answer in time');
    }
  }

  heartbeat(now: number, intervalMs: number): void {
    this.streams.heartbeat();
    for (const exchange of this.exchanges) exchange.heartbeat(now, intervalMs);
  }

  /** Ends everything of this session; calls in flight get an error. */
  end(reason: string): void {
    for (const call of [...this.calls]) call.abandon(reason);
    for (const { connection, idText } of this.#asked.values()) {
      connection.refuse(idText, CODES.unavailable, 'The client has gone');
    }
    this.#asked.clear();
    this.streams.end();
    this.backend.detach(this);
  }
}
