import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { httpErrorOf, HttpError } from './http-error.ts';

/** One request to a server that is not trusted: whatever it does, the exchange ends, and holds no more than `maxBytes`. */
export interface HttpRequest {
  url: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** The body, or a function that writes it and ends (or destroys) the request itself. */
  body?: string | Buffer | ((request: ClientRequest) => void);
  /** Until the headers of the answer have arrived. */
  timeoutMs: number;
  maxBytes?: number;
  /** PEM of further certificate authorities. */
  ca?: string;
  signal?: AbortSignal;
}

/** An answer whose headers have arrived and whose body may still grow. */
export interface HttpExchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** From the start of the request to the headers. */
  readonly headersMs: number;
  readonly tls: { protocol: string } | undefined;
  /** What has arrived of the body, piece by piece. */
  readonly pieces: readonly string[];
  /** The same as one text. */
  readonly text: string;
  readonly ended: boolean;
  readonly failure: HttpError | undefined;
  /**
   * Waits until `done` holds, asked after each piece of the body and at its end.
   * @returns whether it held before the body ended, failed or `timeoutMs` passed
   */
  until(done: () => boolean, timeoutMs: number): Promise<boolean>;
  close(): void;
}

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** From the start of the request to the end of the body. */
  ms: number;
  tls: { protocol: string } | undefined;
}

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Sends a request and resolves as soon as the headers of the answer are there. Follows no redirect, keeps no connection.
 * @throws HttpError when no answer comes
 */
export function open(options: HttpRequest): Promise<HttpExchange> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const url = new URL(options.url);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, {
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      agent: false,
      // Not the name in a Host header that a caller may have set.
      servername: isIP(url.hostname.replaceAll(/[[\]]/g, '')) === 0 ? url.hostname : '',
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const timer = setTimeout(() => {
      request.destroy(new HttpError('timeout', `no answer within ${options.timeoutMs} ms`));
    }, options.timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(httpErrorOf(error));
    });
    request.on('response', (response) => {
      clearTimeout(timer);
      resolve(receive(request, response, started, options.maxBytes ?? MAX_BYTES));
    });
    if (typeof options.body === 'function') options.body(request);
    else request.end(options.body);
  });
}

/**
 * Sends a request and reads the whole answer.
 * @throws HttpError when the answer does not come, does not end, is cut off or is larger than `maxBytes`
 */
export async function send(options: HttpRequest): Promise<HttpAnswer> {
  const started = performance.now();
  const exchange = await open(options);
  try {
    const left = options.timeoutMs - (performance.now() - started);
    if (!(await exchange.until(() => exchange.ended, Math.max(left, 1)))) {
      throw (
        exchange.failure ?? new HttpError('timeout', `the answer did not end within ${options.timeoutMs} ms`)
      );
    }
    const { status, headers, text, tls } = exchange;
    return { status, headers, text, tls, ms: performance.now() - started };
  } finally {
    exchange.close();
  }
}

function receive(
  request: ClientRequest,
  response: IncomingMessage,
  started: number,
  maxBytes: number,
): HttpExchange {
  const decoder = new TextDecoder();
  const waiting = new Set<() => void>();
  const pieces: string[] = [];
  let bytes = 0;
  let ended = false;
  let failure: HttpError | undefined;
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const fail = (error: HttpError): void => {
    if (!ended) failure ??= error;
    request.destroy();
    wake();
  };
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      fail(new HttpError('too-large', `the answer is larger than ${maxBytes} bytes`));
      return;
    }
    pieces.push(decoder.decode(chunk, { stream: true }));
    wake();
  });
  response.on('end', () => {
    ended = true;
    wake();
  });
  response.on('error', (error) => fail(httpErrorOf(error)));
  response.on('close', () => {
    if (!ended) fail(new HttpError('reset', 'the connection was closed before the answer was complete'));
  });
  // Errors of the socket after the answer began are the response's to report.
  request.on('error', () => undefined);
  return {
    status: response.statusCode ?? 0,
    headers: flatten(response.headers),
    headersMs: performance.now() - started,
    tls:
      response.socket instanceof TLSSocket
        ? { protocol: response.socket.getProtocol() ?? 'unknown' }
        : undefined,
    pieces,
    get text() {
      return pieces.join('');
    },
    get ended() {
      return ended;
    },
    get failure() {
      return failure;
    },
    until(done, timeoutMs) {
      return new Promise((resolve) => {
        const finish = (held: boolean): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(held);
        };
        const look = (): void => {
          if (done()) finish(true);
          else if (ended || failure !== undefined) finish(false);
        };
        const timer = setTimeout(() => finish(false), timeoutMs);
        waiting.add(look);
        look();
      });
    },
    close: () => request.destroy(),
  };
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  const flat: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
