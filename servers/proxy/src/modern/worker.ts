import type { Log } from '@mcpgw/kit';
import { CODES } from '../jsonrpc/codes.ts';
import { answerAlone, type Connection, type ConnectionOwner } from '../child/connection.ts';
import type { Notification, Request } from '../jsonrpc/message.ts';
import { Outflow } from '../stream/outflow.ts';
import type { Changes } from './changes.ts';

/** The call that a child is working on; what the child asks and logs belongs to it. */
export interface Holder {
  /** Whether it waits for its client's answers, for however long. */
  readonly parked: boolean;
  onRequest(request: Request): void;
  onLog(notification: Notification): void;
}

export interface WorkerOptions {
  principal: string;
  /** Principal and capabilities, by which children are pooled. */
  key: string;
  queuedBytes: number;
  changes: Changes;
  /** Called when the child is gone. */
  onClosed: (worker: Worker) => void;
  log: Log;
}

/** A slow reader may hold up only its own principal here. */
const STALL_MS = 30_000;

/**
 * One child of the modern pool. It serves calls that may be asked something one at a time: a legacy child does not say
 * which call a question comes of.
 */
export class Worker implements ConnectionOwner {
  readonly principal: string;
  readonly key: string;
  readonly outflow: Outflow;
  readonly createdAt = Date.now();
  readonly #options: WorkerOptions;
  #connection: Connection | undefined;
  #leases = 0;
  #exclusive = false;
  readonly #holders = new Set<Holder>();
  readonly #closedCallbacks = new Set<() => void>();
  readonly #subscribed = new Map<string, number>();
  /** Listeners that want it to stay. */
  #pins = 0;
  #idleSince = Date.now();
  #level: string | undefined;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.principal = options.principal;
    this.key = options.key;
    this.outflow = new Outflow({
      limit: options.queuedBytes,
      stallMs: STALL_MS,
      onChange: (full) => (full ? this.#connection?.child.pause() : this.#connection?.child.resume()),
    });
  }

  /** The connection, once the child is in service. */
  get connection(): Connection {
    if (!this.#connection) throw new Error('the worker is not in service');
    return this.#connection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** When its last call ended; undefined while it is needed. */
  get idleSince(): number | undefined {
    return this.#leases === 0 && this.#pins === 0 ? this.#idleSince : undefined;
  }

  get busy(): boolean {
    return this.#leases > 0;
  }

  /** Whether it may be kept waiting by a client for long. */
  get parked(): boolean {
    return this.#holder()?.parked ?? false;
  }

  enterService(connection: Connection): void {
    this.#connection = connection;
  }

  /** Whether another call may be given to it. */
  admits(exclusive: boolean): boolean {
    return !this.#closed && (exclusive ? this.#leases === 0 : !this.#exclusive);
  }

  take(exclusive: boolean): void {
    this.#leases++;
    this.#exclusive = exclusive;
  }

  release(holder?: Holder): void {
    this.#leases--;
    if (holder) this.#holders.delete(holder);
    this.#exclusive = false;
    this.#idleSince = Date.now();
  }

  pin(): void {
    this.#pins++;
  }

  unpin(): void {
    this.#pins--;
    this.#idleSince = Date.now();
  }

  hold(holder: Holder): void {
    this.#holders.add(holder);
  }

  /** @returns takes the callback back */
  onceClosed(callback: () => void): () => void {
    this.#closedCallbacks.add(callback);
    return () => this.#closedCallbacks.delete(callback);
  }

  /**
   * Subscribes to a resource for one more listener.
   * @returns whether the child agrees
   */
  async subscribe(uri: string): Promise<boolean> {
    const count = this.#subscribed.get(uri) ?? 0;
    this.#subscribed.set(uri, count + 1);
    if (count > 0 || (await this.#tell('resources/subscribe', { uri }))) return true;
    this.unsubscribe(uri);
    return false;
  }

  unsubscribe(uri: string): void {
    const left = (this.#subscribed.get(uri) ?? 1) - 1;
    if (left > 0) this.#subscribed.set(uri, left);
    else if (this.#subscribed.delete(uri) && !this.#closed) void this.#tell('resources/unsubscribe', { uri });
  }

  /** Sets the child's log level, if it is another; the answer is not waited for. */
  setLevel(level: string): void {
    if (level === this.#level) return;
    this.#level = level;
    void this.#tell('logging/setLevel', { level });
  }

  onRequest(request: Request, connection: Connection): void {
    const holder = this.#holder();
    if (request.method === 'ping') answerAlone(connection, request);
    else if (holder) holder.onRequest(request);
    else
      connection.refuse(request.idText, CODES.methodNotFound, 'It cannot be told which call this comes of');
  }

  onNotification(notification: Notification): void {
    if (notification.method === 'notifications/message') this.#holder()?.onLog(notification);
    else this.#options.changes.publish(this.principal, notification);
  }

  onClosed(reason: string): void {
    this.#closed = true;
    this.#options.log.debug({ reason }, 'pooled server process ended');
    this.#options.onClosed(this);
    for (const callback of this.#closedCallbacks) callback();
  }

  /** The only call in flight, of which everything that the child says must come. */
  #holder(): Holder | undefined {
    const [only] = this.#holders;
    return this.#holders.size === 1 ? only : undefined;
  }

  /** Sends a request of the proxy's own; resolves with whether the child has agreed. */
  #tell(method: string, params: Record<string, unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      this.connection.call(
        { method, params: undefined, paramsText: JSON.stringify(params) },
        {
          onReply: (outcome) => resolve(outcome === 'result'),
          onProgress: () => undefined,
          onLost: () => resolve(false),
          onTimeout: () => resolve(false),
        },
      );
    });
  }
}
