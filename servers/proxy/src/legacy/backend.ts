import type { Log } from '@mcpgw/kit';
import type { Limits } from '@mcpgw/kit/contract';
import { Backoff } from '../child/backoff.ts';
import { answerAlone, Connection, type ConnectionOwner } from '../child/connection.ts';
import { handshake, readFacts, Unavailable, type Handshake, type ServerFacts } from '../child/handshake.ts';
import type { Child } from '../child/child.ts';
import type { Launcher } from '../child/launcher.ts';
import { CODES } from '../jsonrpc/codes.ts';
import type { Notification, Request } from '../jsonrpc/message.ts';
import { notificationText } from '../jsonrpc/write.ts';

/** What a backend needs of a session. */
export interface BackendClient {
  readonly inFlight: number;
  deliver(text: string, related: boolean): void;
  ask(connection: Connection, request: Request): void;
  withdraw(connection: Connection, notification: Notification): boolean;
}

export interface BackendOptions {
  launcher: Launcher;
  principal: string;
  /** `params` of the `initialize` that every child of this backend is started with. */
  initializeText: string;
  /** One child for sessions of different principals: nothing is passed on that cannot be told apart. */
  shared: boolean;
  /** How long the child stays when its last session has left, in ms. */
  lingerMs: number;
  limits: Limits;
  /** Called when a child has answered `initialize`. */
  onReady: (facts: ServerFacts) => void;
  /** Called when a child in service says that something has changed for everybody. */
  onChange: (notification: Notification) => void;
  /** Called when a child in service ends by itself. */
  onCrash: () => void;
  log: Log;
}

const MAX_EARLY = 64;
const MAX_EARLY_CHARACTERS = 65_536;
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/**
 * A child and the sessions that it serves: one session, all of a principal, or all. A child that dies is replaced at
 * the next message, with the same `initialize` and the last log level; the calls it had in hand have failed by then.
 */
export class Backend implements ConnectionOwner {
  readonly shared: boolean;
  readonly #options: BackendOptions;
  readonly #clients = new Set<BackendClient>();
  /** Whoever has slow readers. */
  readonly #full = new Set<object>();
  readonly #backoff = new Backoff(1);
  #opened: Promise<Handshake> | undefined;
  #connection: Connection | undefined;
  #candidate: Child | undefined;
  #starting: Promise<Connection> | undefined;
  #facts: ServerFacts | undefined;
  #initialized = false;
  #logLevelText: string | undefined;
  #joining = 0;
  #readyAt = 0;
  #idleSince = Date.now();
  #ended = false;
  /** What the child said between its answer to `initialize` and the first session. */
  readonly #early: { text: string; related: boolean }[] = [];
  #lastWords: readonly string[] = [];

  constructor(options: BackendOptions) {
    this.#options = options;
    this.shared = options.shared;
  }

  get facts(): ServerFacts | undefined {
    return this.#facts;
  }

  /** Whether so much waits for the child that its clients should wait with more. */
  get congested(): boolean {
    return this.#connection?.child.congested ?? false;
  }

  /** Whether it has ended and will start no child any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** When its last session left; undefined while it has one. */
  get idleSince(): number | undefined {
    return this.#clients.size === 0 ? this.#idleSince : undefined;
  }

  /**
   * Starts the first child, once for all who ask.
   * @returns its answer to `initialize`, an error included; then there is no child
   * @throws {Unavailable}
   */
  open(): Promise<Handshake> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Handshake> {
    let answer: Handshake | undefined;
    try {
      await this.#start((first) => (answer = first));
    } catch (error) {
      if (answer?.outcome !== 'error') throw error;
    }
    if (!answer) throw new Unavailable('the server process gave no answer to initialize');
    return answer;
  }

  /**
   * The connection to a child in service.
   * @throws {Unavailable} when the last one died and its successor may not be started yet
   */
  use(): Connection | Promise<Connection> {
    return this.#connection ?? this.#starting ?? this.#restart();
  }

  attach(client: BackendClient): void {
    this.#clients.add(client);
    for (const { text, related } of this.#early.splice(0)) client.deliver(text, related);
  }

  detach(client: BackendClient): void {
    this.#clients.delete(client);
    this.hold(client, false);
    this.#idleSince = Date.now();
    this.#settle();
  }

  /** Somebody waits for it to open, and will attach; to be followed by `part`. */
  join(): void {
    this.#joining++;
  }

  /** Whoever has joined has attached, or given up. */
  part(): void {
    this.#joining--;
    this.#settle();
  }

  /** Whether only one waits for it to open, and nobody uses it. */
  get sole(): boolean {
    return this.#joining === 1 && this.#clients.size === 0;
  }

  /** Resolves when the child has read what waited for it. */
  async drained(): Promise<void> {
    await this.#connection?.child.drained();
  }

  /** Stops and resumes the child for a client whose readers are slow. */
  hold(client: object, full: boolean): void {
    const before = this.#full.size;
    if (full) this.#full.add(client);
    else this.#full.delete(client);
    if (before === 0 && this.#full.size > 0) this.#connection?.child.pause();
    else if (before > 0 && this.#full.size === 0) this.#connection?.child.resume();
  }

  /**
   * Whether the child answers; any answer will do.
   * @param ms how long to wait
   */
  answers(ms: number): Promise<boolean> {
    const connection = this.#connection;
    if (!connection) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => resolve(false), ms);
    const done = (answered: boolean) => (): void => {
      clearTimeout(late);
      resolve(answered);
    };
    connection.call(
      { method: 'ping', params: undefined, paramsText: undefined },
      { onReply: done(true), onProgress: () => undefined, onLost: done(false), onTimeout: done(false) },
    );
    return promise;
  }

  /** Passes a client's notification on, where the child can know whom it is from. */
  notify({ method, paramsText }: Notification): void {
    if (this.shared) return;
    if (method === 'notifications/initialized') {
      if (this.#initialized) return;
      this.#initialized = true;
    }
    this.#connection?.notify(method, paramsText);
  }

  /** Remembers what a successor of the child must be told again. */
  remember({ method, paramsText }: Request): void {
    if (method === 'logging/setLevel') this.#logLevelText = paramsText;
  }

  sweep(now: number): void {
    this.#connection?.sweep(now);
    const { lingerMs } = this.#options;
    const unused = this.#clients.size === 0 && this.#joining === 0;
    if (unused && now - this.#idleSince >= lingerMs) this.end();
  }

  /** Ends the child; there will be no other. */
  end(): void {
    this.#ended = true;
    const child = this.#connection?.child ?? this.#candidate;
    if (child) this.#options.launcher.retire(child);
  }

  onRequest(request: Request, connection: Connection): void {
    const client = this.#addressee();
    if (this.shared || connection !== this.#connection) answerAlone(connection, request);
    else if (client) client.ask(connection, request);
    else connection.refuse(request.idText, CODES.unavailable, 'It cannot be told which client this is for');
  }

  onNotification(notification: Notification, connection: Connection): void {
    const { method, paramsText } = notification;
    if (method === 'notifications/cancelled') {
      for (const client of this.#clients) if (client.withdraw(connection, notification)) return;
      return;
    }
    const listChanged = LIST_CHANGED.test(method);
    if (this.shared && !listChanged) return;
    if (this.shared) this.#options.onChange(notification);
    const ofItself = listChanged || method === 'notifications/resources/updated';
    const client = ofItself ? undefined : this.#addressee();
    const text = notificationText(method, paramsText);
    for (const each of client ? [client] : this.#clients) each.deliver(text, !ofItself);
    const unheard = this.#clients.size === 0 && !this.shared && this.#early.length < MAX_EARLY;
    if (unheard && text.length < MAX_EARLY_CHARACTERS) this.#early.push({ text, related: !ofItself });
  }

  onClosed(reason: string, connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#lastWords = connection.child.stderr.lines();
    if (this.#ended) return;
    const livedMs = Date.now() - this.#readyAt;
    this.#backoff.failed(Date.now(), livedMs);
    this.#options.log.warn({ reason, livedMs }, 'server process ended by itself');
    this.#options.onCrash();
  }

  /** Ends it when there is nothing to stay for: no session and no time to linger, or no child that ever worked. */
  #settle(): void {
    const useless = this.#options.lingerMs === 0 || !this.#facts;
    if (this.#clients.size === 0 && this.#joining === 0 && useless) this.end();
  }

  #restart(): Promise<Connection> {
    const wait = this.#backoff.waitMs(Date.now());
    if (this.#ended) throw new Unavailable('the session has ended');
    if (wait > 0) throw new Unavailable('the server process keeps ending by itself', wait, this.#lastWords);
    return this.#start();
  }

  #start(onAnswer?: (answer: Handshake) => void): Promise<Connection> {
    const { launcher, principal } = this.#options;
    this.#starting = launcher
      .start(principal, async (child) => {
        const { initializeText, limits, log } = this.#options;
        const connection = new Connection(child, this, limits.requestMs, log);
        this.#candidate = child;
        if (this.#ended) launcher.retire(child);
        try {
          const answer = await handshake(connection, initializeText, limits.startMs);
          onAnswer?.(answer);
          this.#facts = readFacts(answer);
          if (!child.alive)
            throw new Unavailable('the server process ended right after it answered initialize');
        } catch (error) {
          launcher.retire(child);
          if (!(error instanceof Unavailable)) throw error;
          throw new Unavailable(error.message, error.retryAfterMs, child.stderr.lines());
        }
        this.#enterService(connection);
        return connection;
      })
      .finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  #enterService(connection: Connection): void {
    this.#connection = connection;
    this.#readyAt = Date.now();
    if (this.#full.size > 0) connection.child.pause();
    if (this.#facts) this.#options.onReady(this.#facts);
    const paramsText = this.#logLevelText;
    if (this.#initialized || this.shared) connection.notify('notifications/initialized', undefined);
    if (paramsText !== undefined) {
      connection.call({ method: 'logging/setLevel', params: undefined, paramsText }, IGNORED);
    }
  }

  /** The only session, or the only one with calls in flight: the one that the child must be speaking of. */
  #addressee(): BackendClient | undefined {
    const [only] = this.#clients;
    if (this.#clients.size === 1) return only;
    const busy = [...this.#clients].filter(({ inFlight }) => inFlight > 0);
    return busy.length === 1 ? busy[0] : undefined;
  }
}

const IGNORED = {
  onReply: (): void => undefined,
  onProgress: (): void => undefined,
  onLost: (): void => undefined,
  onTimeout: (): void => undefined,
};
