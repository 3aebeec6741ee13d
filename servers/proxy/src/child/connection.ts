import { redactText, type Log } from '@mcpgw/kit';
import { CODES } from '../jsonrpc/codes.ts';
import {
  parseMessages,
  type Invalid,
  type Message,
  type Notification,
  type Request,
  type Response,
} from '../jsonrpc/message.ts';
import { progressTokenSpan, splice } from '../jsonrpc/splice.ts';
import { errorText, notificationText, requestText, responseText } from '../jsonrpc/write.ts';
import { member } from '../jsonrpc/scan.ts';
import { RisingTable } from '../in-flight.ts';
import type { Child } from './child.ts';

/** A request on its way to the child, and who waits for the answer. Exactly one of the ends is called, once. */
export interface Call {
  /** The child's answer; `valueText` is its `result` or `error` as it was written. */
  onReply(outcome: 'result' | 'error', valueText: string): void;
  /** A whole `notifications/progress` message under the client's own token. */
  onProgress(text: string): void;
  /** The child has gone, or its answer was lost; there will be none. */
  onLost(reason: string): void;
  /** The deadline has passed; the child has been told. */
  onTimeout(): void;
}

/** Who hears what the child says of its own accord. */
export interface ConnectionOwner {
  onRequest(request: Request, connection: Connection): void;
  onNotification(notification: Notification, connection: Connection): void;
  onClosed(reason: string, connection: Connection): void;
}

interface Pending {
  call: Call;
  /** The client's progress token as it was written. */
  tokenText: string | undefined;
  /** Milliseconds since the epoch. */
  deadline: number;
}

const LOGGED_GARBAGE = 5;
const ID_IN_HEAD = /^\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/;
const ID_IN_TAIL = /"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/**
 * JSON-RPC with one child. Every request gets an id of our own that also serves as its progress token, so that
 * equal ids and tokens of different callers never meet in the child.
 */
export class Connection {
  readonly child: Child;
  readonly #owner: ConnectionOwner;
  readonly #requestMs: number;
  readonly #log: Log;
  readonly #pending = new RisingTable<Pending>();
  #garbage = 0;
  #toolsRevision = 0;

  /** @param requestMs how long the child may be silent about a request */
  constructor(child: Child, owner: ConnectionOwner, requestMs: number, log: Log) {
    this.child = child;
    this.#owner = owner;
    this.#requestMs = requestMs;
    this.#log = log;
    child.attach({
      line: (text) => this.#receive(text),
      oversize: (head, tail) => this.#oversize(head, tail),
      exit: (reason) => this.#closed(reason),
    });
  }

  /** Requests that wait for an answer. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Counts how often the child has said that its tools changed. */
  get toolsRevision(): number {
    return this.#toolsRevision;
  }

  /**
   * Sends a request under an id of our own.
   * @returns that id, for `cancel`
   */
  call(request: Pick<Request, 'method' | 'params' | 'paramsText'>, call: Call): number {
    let { paramsText } = request;
    const pending: Pending = { call, tokenText: undefined, deadline: Date.now() + this.#requestMs };
    const id = this.#pending.add(pending);
    const token = progressTokenSpan(request.params, paramsText);
    if (token !== undefined && paramsText !== undefined) {
      pending.tokenText = paramsText.slice(token.start, token.end);
      paramsText = splice(paramsText, token, String(id));
    }
    this.child.send(requestText(String(id), request.method, paramsText));
    return id;
  }

  notify(method: string, paramsText: string | undefined): void {
    this.child.send(notificationText(method, paramsText));
  }

  /** Answers a request of the child. */
  respond(idText: string, outcome: 'result' | 'error', valueText: string): void {
    this.child.send(responseText(idText, outcome, valueText));
  }

  refuse(idText: string, code: number, message: string): void {
    this.child.send(errorText(idText, { code, message }));
  }

  /**
   * Gives a request up and tells the child so. Its answer, should it still come, is dropped.
   * @param reason shown to the child
   */
  cancel(id: number, reason: string): void {
    if (!this.#pending.take(id)) return;
    this.notify('notifications/cancelled', JSON.stringify({ requestId: id, reason }));
  }

  /**
   * Gives a request another deadline.
   * @param ms from now on
   * @param tokenText progress token to report under from now on; unchanged when undefined
   */
  extend(id: number, ms: number, tokenText?: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.deadline = Date.now() + ms;
    if (tokenText !== undefined && pending.tokenText !== undefined) pending.tokenText = tokenText;
  }

  /** Ends the requests whose deadline has passed. */
  sweep(now: number): void {
    for (const [id, { call, deadline }] of this.#pending.entries()) {
      if (deadline > now) continue;
      this.cancel(id, 'The request took too long');
      call.onTimeout();
    }
  }

  /** A defect of ours in the handling of one line must not end the host process. */
  #receive(text: string): void {
    try {
      for (const message of parseMessages(text).messages) this.#dispatch(message, text);
    } catch (error) {
      this.#log.error({ err: error, pid: this.child.pid }, 'a message of the child could not be handled');
    }
  }

  #dispatch(message: Message | Invalid, line: string): void {
    switch (message.kind) {
      case 'response':
        this.#reply(message);
        break;
      case 'notification':
        if (message.method === 'notifications/tools/list_changed') this.#toolsRevision++;
        if (message.method === 'notifications/progress') this.#progress(message);
        else this.#owner.onNotification(message, this);
        break;
      case 'request':
        this.#owner.onRequest(message, this);
        break;
      case 'invalid':
        if (this.#garbage++ < LOGGED_GARBAGE) {
          const start = redactText(line.slice(0, 80));
          this.#log.warn({ pid: this.child.pid, start }, `child wrote no message: ${message.reason}`);
        }
    }
  }

  #reply({ id, outcome, valueText }: Response): void {
    const pending = typeof id === 'number' ? this.#pending.take(id) : undefined;
    pending?.call.onReply(outcome, valueText);
  }

  #progress({ params, paramsText }: Notification): void {
    const token = params?.['progressToken'];
    const pending = typeof token === 'number' ? this.#pending.get(token) : undefined;
    if (pending?.tokenText === undefined || paramsText === undefined) return;
    pending.deadline = Date.now() + this.#requestMs;
    const span = member(paramsText, 0, 'progressToken');
    if (span) {
      pending.call.onProgress(
        notificationText('notifications/progress', splice(paramsText, span, pending.tokenText)),
      );
    }
  }

  /** Most servers write the id first or last; where it cannot be told, the deadline ends the request. */
  #oversize(head: string, tail: string): void {
    const id = Number((ID_IN_HEAD.exec(head) ?? ID_IN_TAIL.exec(tail))?.[1]);
    this.#log.warn({ pid: this.child.pid, id }, 'child wrote a line beyond the limit; it was dropped');
    this.#pending.take(id)?.call.onLost('the answer is larger than the limit for one message');
  }

  #closed(reason: string): void {
    this.#owner.onClosed(reason, this);
    for (const [id, { call }] of this.#pending.entries()) {
      this.#pending.take(id);
      call.onLost(`the server process ${reason}`);
    }
  }
}

/** Answers for a child that nobody stands behind: `ping` works, everything else is unknown. */
export function answerAlone(connection: Connection, { method, idText }: Request): void {
  if (method === 'ping') connection.respond(idText, 'result', '{}');
  else connection.refuse(idText, CODES.methodNotFound, `No client here answers ${method}`);
}
