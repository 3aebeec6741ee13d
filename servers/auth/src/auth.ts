import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  errorBody,
  sendJson,
  traceId,
  type JSONWebKeySet,
  type Log,
  type RevocationSource,
  type ServerModule,
} from '@mcpgw/kit';
import type { Lifetimes, RouteTable } from '@mcpgw/kit/contract';
import { createAdmin } from './admin.ts';
import type { App } from './app.ts';
import { loadKeys } from './keys.ts';
import { createResources } from './resources.ts';
import { SignInCode } from './sign-in/code.ts';
import { openSqliteStore } from './store/sqlite.ts';
import { createTokenReader } from './tokens.ts';

/** How often what has expired is removed. Milliseconds. */
const SWEEP_INTERVAL_MS = 15_000;

export interface AuthOptions {
  /** Issuer identifier without a path, such as `http://localhost:8080`. */
  issuer: string;
  /** SQLite database; created with mode 0600 when absent. */
  databaseFile: string;
  /** Signing and cookie keys; created with mode 0600 when absent. */
  keysFile: string;
  lifetimes: Lifetimes;
  /** Registrations allowed a minute, for each address. */
  registrationsPerMinute: number;
  identityProviders: readonly 'local'[];
  /** The route table in force; asked at each use. */
  routes: () => RouteTable;
  log: Log;
  /** Milliseconds since the epoch; tests inject it. */
  now?: () => number;
  /** Fetches client metadata documents; tests inject it. The default refuses private addresses. */
  fetch?: typeof fetch;
}

export interface AuthModule extends ServerModule {
  /** Answers `/sign-in-code` and `/tokens…` of the admin API (contract/admin.ts); false: the path is not its own. */
  readonly admin: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** The public keys, for verify. */
  jwks(): JSONWebKeySet;
  /** Tells verify of revocations, in this process. */
  readonly revocations: RevocationSource;
}

/**
 * The authorization server (design section 5).
 * @throws Error when the database or the keys cannot be opened or made; nothing is left open then
 */
export function createAuth(options: AuthOptions): AuthModule {
  const { issuer, routes, log } = options;
  const now = options.now ?? Date.now;
  const keys = loadKeys(options.keysFile);
  const store = openSqliteStore({ file: options.databaseFile, now });
  const signInCode = new SignInCode(store);
  const readToken = createTokenReader(keys.public, issuer);
  const resources = createResources(routes);

  const sweep = (): void => {
    store.sweep().catch((error: unknown) => log.error({ err: error }, 'cannot remove expired records'));
  };
  const sweeper = setInterval(sweep, SWEEP_INTERVAL_MS).unref();

  let app: App | undefined;
  // The protocol engine takes most of the time to load, and nobody else needs to wait for it.
  const started = import('./app.ts').then(({ createApp }) =>
    createApp({
      ...options,
      fetch: options.fetch,
      keys,
      store,
      resources,
      signInCode,
      readToken,
      accessTokenPrefix: `${randomBytes(16).toString('hex')}.`,
      now,
    }),
  );
  const ready = started.then((it) => {
    app = it;
    sweep();
  });
  ready.catch((error: unknown) => log.error({ err: error }, 'the authorization server cannot start'));

  const inFlight = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    if (closing) {
      unavailable(request, response);
      return;
    }
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (app) app.handle(request, response);
    else {
      started.then(
        (it) => it.handle(request, response),
        () => unavailable(request, response),
      );
    }
  };

  const close = async (graceMs: number): Promise<void> => {
    clearInterval(sweeper);
    await Promise.race([allClosed(inFlight), deadline(graceMs)]);
    await started.then((it) => it.close()).catch(() => undefined);
    await store.close();
  };

  return {
    handler,
    ready,
    admin: createAdmin({
      store,
      signInCode,
      resources,
      readToken,
      provider: async () => (await started).provider,
      now,
      log,
    }),
    jwks: () => keys.public,
    revocations: store,
    close: (graceMs) => (closing ??= close(graceMs)),
  };
}

function unavailable(request: IncomingMessage, response: ServerResponse): void {
  const description = 'The authorization server is not running now. Try again in a moment.';
  sendJson(response, 503, errorBody('temporarily_unavailable', description, traceId(request.headers)), {
    'Retry-After': '1',
  });
}

const allClosed = (responses: ReadonlySet<ServerResponse>): Promise<unknown> =>
  Promise.all([...responses].map((it) => new Promise((resolve) => it.once('close', resolve))));

const deadline = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
