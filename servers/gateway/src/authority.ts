import type { AuthModule } from '@mcpgw/auth';
import type { JSONWebKeySet, Log } from '@mcpgw/kit';
import type { GatewayFile, RouteTable } from '@mcpgw/kit/contract';
import type { Decision, Verify } from '@mcpgw/verify';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

export interface AuthorityOptions {
  /** `data/` of the project. */
  folder: string;
  /** The table in force; asked at each use. */
  routes: () => RouteTable;
  log: { auth: Log; verify: Log };
}

type Settings = GatewayFile['auth'];

interface Pair {
  auth: AuthModule;
  verify: Verify;
}

/** Who hands out tokens and who checks them: the authorization server, and verify fed by it in-process. */
export class Authority {
  readonly #options: AuthorityOptions;
  #settings: Settings;
  #pair: Pair;
  #replacing: Promise<void> = Promise.resolve();

  /** @throws what keeps the store from being opened, such as a full disk */
  static async start(settings: Settings, options: AuthorityOptions): Promise<Authority> {
    return new Authority(settings, options, await startPair(settings, options));
  }

  private constructor(settings: Settings, options: AuthorityOptions, pair: Pair) {
    this.#settings = settings;
    this.#options = options;
    this.#pair = pair;
  }

  check(
    routeId: string,
    headers: IncomingHttpHeaders,
    resourceMetadata: string,
  ): Decision | Promise<Decision> {
    return this.#pair.verify.check(routeId, headers, resourceMetadata);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#pair.auth.handler(request, response);
  }

  /** The authorization server's part of the admin API. @returns false when the path is not its own */
  admin(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#pair.auth.admin(request, response);
  }

  /** Resolves once tokens can be had; until then requests wait. Rejects when that will never be. */
  get ready(): Promise<void> {
    return this.#pair.auth.ready;
  }

  jwks(): JSONWebKeySet {
    return this.#pair.auth.jwks();
  }

  /** Takes new settings over, by a new server on the same store: clients, tokens and sessions stay. */
  follow(settings: Settings, graceMs: number): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    this.#settings = settings;
    this.#replacing = this.#replacing.then(() => this.#replace(settings, graceMs));
  }

  async close(graceMs: number): Promise<void> {
    await this.#replacing;
    await closePair(this.#pair, graceMs);
  }

  async #replace(settings: Settings, graceMs: number): Promise<void> {
    const old = this.#pair;
    try {
      const next = await startPair(settings, this.#options);
      await next.auth.ready;
      this.#pair = next;
      await closePair(old, graceMs);
    } catch (error) {
      this.#options.log.auth.error({ err: error }, 'cannot take over the new settings');
    }
  }
}

/** Both are loaded when asked for: they are most of what the gateway loads. */
async function startPair(settings: Settings, { folder, routes, log }: AuthorityOptions): Promise<Pair> {
  const [{ createAuth }, { createVerify }] = await Promise.all([
    import('@mcpgw/auth'),
    import('@mcpgw/verify'),
  ]);
  const { issuer } = routes();
  const auth = createAuth({
    issuer,
    databaseFile: join(folder, 'auth.sqlite'),
    keysFile: join(folder, 'keys.json'),
    ...settings,
    routes,
    log: log.auth,
  });
  const { revocations } = auth;
  return {
    auth,
    verify: createVerify({ issuer, routes, jwks: () => auth.jwks(), revocations, log: log.verify }),
  };
}

async function closePair({ auth, verify }: Pair, graceMs: number): Promise<void> {
  await auth.close(graceMs);
  verify.close();
}
