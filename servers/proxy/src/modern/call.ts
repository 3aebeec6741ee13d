import { randomBytes } from 'node:crypto';
import type { Call, Connection } from '../child/connection.ts';
import type { Counters } from '../counters.ts';
import { CODES } from '../jsonrpc/codes.ts';
import { isObject, type Notification, type Params, type Request } from '../jsonrpc/message.ts';
import { members } from '../jsonrpc/scan.ts';
import { filterTools } from '../jsonrpc/splice.ts';
import { notificationText, oneLine } from '../jsonrpc/write.ts';
import { isInputRequest, isInputResponse, missingCapability } from './capabilities.ts';
import { isAtLeast, type Envelope } from './envelope.ts';
import type { Reply } from './reply.ts';
import { completeResult } from './texts.ts';
import type { Holder } from './worker.ts';

export interface ModernCallOptions {
  principal: string;
  request: Request;
  /** `params` without the envelope, for the child. */
  paramsText: string;
  envelope: Envelope;
  /** Principal, method and params, as `requestState` is bound to them. */
  binding: string;
  allowedTools: ReadonlySet<string> | undefined;
  serverInfoText: string;
  reply: Reply;
  counters: Counters;
  parking: Parking;
  /** Gives the child back. */
  release: () => void;
}

/** Where calls wait for their client's answers. */
export interface Parking {
  /** How long a call may wait, in ms. */
  readonly ms: number;
  /** Keeps the call and gives the state by which the client will name it. */
  park(call: ModernCall): string;
  /** The call has ended in the meantime. */
  leave(call: ModernCall): void;
}

/** A question of the child that the client is to answer. */
interface Ask {
  idText: string;
  method: string;
  paramsText: string;
}

/** Questions that a child asks together are passed on together. */
const GATHER_MS = 10;

/**
 * One request of a modern client to a legacy child. What the child asks meanwhile ends the HTTP exchange with
 * `input_required`; the call waits, and goes on when the client repeats the request with its answers (MRTR).
 */
export class ModernCall implements Call, Holder {
  readonly id = randomBytes(16).toString('base64url');
  readonly #options: ModernCallOptions;
  readonly #asks = new Map<string, Ask>();
  #reply: Reply | undefined;
  #connection: Connection | undefined;
  #connectionId = 0;
  #gathering: NodeJS.Timeout | undefined;
  #asked = 0;
  #round = 0;
  #ended = false;

  constructor(options: ModernCallOptions) {
    this.#options = options;
  }

  /** How often it has asked its client. */
  get round(): number {
    return this.#round;
  }

  get parked(): boolean {
    return this.#reply === undefined;
  }

  get principal(): string {
    return this.#options.principal;
  }

  get binding(): string {
    return this.#options.binding;
  }

  start(connection: Connection): void {
    const { request, paramsText, reply } = this.#options;
    this.#connection = connection;
    this.#attach(reply);
    this.#connectionId = connection.call(
      { method: request.method, params: request.params, paramsText },
      this,
    );
  }

  /**
   * Goes on with the client's answers. Those that are missing, or are none, are asked for again.
   * @param request the repeated request, whose params hold `inputResponses`
   */
  resume(reply: Reply, request: Request, tokenText: string | undefined, patienceMs: number): void {
    this.#attach(reply);
    this.#connection?.extend(this.#connectionId, patienceMs, tokenText);
    for (const [key, valueText] of inputResponses(request)) {
      const ask = this.#asks.get(key);
      if (!ask || !isInputResponse(ask.method, JSON.parse(valueText))) continue;
      this.#asks.delete(key);
      this.#connection?.respond(ask.idText, 'result', valueText);
    }
    if (this.#asks.size > 0) this.#gather();
  }

  /** Nobody waits for it any more. */
  cancel(reason: string): void {
    if (this.#ended) return;
    this.#connection?.cancel(this.#connectionId, reason);
    this.#end();
  }

  onRequest(request: Request): void {
    const { method, idText, paramsText } = request;
    if (!isInputRequest(method)) {
      this.#connection?.refuse(idText, CODES.methodNotFound, `No client here answers ${method}`);
      return;
    }
    const missing = missingCapability(request, this.#options.envelope.capabilities);
    if (missing) {
      this.#connection?.refuse(idText, CODES.methodNotFound, 'The client has not declared this capability');
      this.#failFor(missing);
      return;
    }
    this.#asks.set(`input_${++this.#asked}`, { idText, method, paramsText: paramsText ?? '{}' });
    this.#gather();
  }

  onLog({ method, params, paramsText }: Notification): void {
    const { logLevel } = this.#options.envelope;
    if (logLevel !== undefined && isAtLeast(params?.['level'], logLevel)) {
      this.#reply?.send(notificationText(method, paramsText));
    }
  }

  onProgress(text: string): void {
    this.#reply?.send(text);
  }

  onReply(outcome: 'result' | 'error', valueText: string): void {
    const { request, allowedTools, serverInfoText, counters } = this.#options;
    if (outcome === 'error') {
      counters.errors++;
      const { status, text } = modernError(request, valueText);
      this.#reply?.error(status, text);
    } else {
      const text = request.method === 'tools/list' ? filterTools(valueText, allowedTools) : valueText;
      this.#reply?.result(completeResult(request.method, text, serverInfoText));
    }
    this.#end();
  }

  onLost(reason: string): void {
    this.#fail(CODES.unavailable, `No answer: ${reason}. Try again`);
  }

  onTimeout(): void {
    this.#fail(CODES.requestTimeout, 'The server did not answer in time');
  }

  #attach(reply: Reply): void {
    this.#reply = reply;
    reply.onLeft(() => {
      if (this.#reply === reply) this.cancel('The client has closed the stream');
    });
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#askClient();
    }, GATHER_MS);
  }

  #askClient(): void {
    const reply = this.#reply;
    if (this.#ended || !reply || this.#asks.size === 0) return;
    this.#round++;
    this.#reply = undefined;
    const { parking } = this.#options;
    this.#connection?.extend(this.#connectionId, parking.ms * 2);
    const requests = [...this.#asks].map(
      ([key, { method, paramsText }]) => `"${key}":{"method":"${method}","params":${oneLine(paramsText)}}`,
    );
    const state = parking.park(this);
    reply.result(
      `{"resultType":"input_required","inputRequests":{${requests.join(',')}},"requestState":"${state}"}`,
    );
  }

  #failFor(requiredCapabilities: Params): void {
    const message = 'The tool needs a capability that the client has not declared';
    const data = { requiredCapabilities };
    this.#connection?.cancel(this.#connectionId, message);
    this.#reply?.refuse({ status: 400, code: CODES.missingCapability, message, data });
    this.#options.counters.errors++;
    this.#end();
  }

  #fail(code: number, message: string): void {
    this.#options.counters.errors++;
    this.#reply?.refuse({ status: 200, code, message });
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#gathering);
    for (const { idText } of this.#asks.values()) {
      this.#connection?.refuse(idText, CODES.unavailable, 'The call has ended');
    }
    this.#asks.clear();
    this.#options.parking.leave(this);
    this.#options.release();
  }
}

/** `params.inputResponses` as it was written, by name. */
function inputResponses({ params, paramsText }: Request): Map<string, string> {
  if (paramsText === undefined || !isObject(params?.['inputResponses'])) return new Map();
  const span = members(paramsText, 0).findLast(({ key }) => key === 'inputResponses');
  if (!span) return new Map();
  return new Map(
    members(paramsText, span.start).map(({ key, start, end }) => [key, paramsText.slice(start, end)]),
  );
}

const LEGACY_RESOURCE_NOT_FOUND = -32002;

/** A legacy child's error in the codes and statuses of the modern era. */
function modernError({ method, params }: Request, valueText: string): { status: number; text: string } {
  const value: unknown = JSON.parse(valueText);
  const code = isObject(value) ? value['code'] : undefined;
  if (code === CODES.methodNotFound) return { status: 404, text: valueText };
  if (code !== LEGACY_RESOURCE_NOT_FOUND || method !== 'resources/read')
    return { status: 200, text: valueText };
  const message = 'Resource not found';
  return {
    status: 200,
    text: JSON.stringify({ code: CODES.invalidParams, message, data: { uri: params?.['uri'] } }),
  };
}
