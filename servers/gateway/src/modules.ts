import type { JSONWebKeySet, NativeOptions, ServiceModule } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import type { Watchdog } from '@mcpgw/proxy';
import type { Logs } from './logs.ts';
import type { Selected } from './service.ts';

/** The native servers of this build, by service name, loaded when they are selected. */
const NATIVE: ReadonlyMap<string, () => Promise<(options: NativeOptions) => ServiceModule>> = new Map([
  ['echo-stateless', async () => (await import('@mcpgw/echo-stateless')).createEchoStateless],
  ['echo-stateful', async () => (await import('@mcpgw/echo-stateful')).createEchoStateful],
  ['fetchs', async () => (await import('@mcpgw/fetch')).createFetch],
]);

export interface ModuleContext {
  version: string;
  logs: Logs;
  /** The table in force; asked at each use. */
  routes: () => RouteTable;
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>;
}

export interface ModuleFactory {
  /**
   * Makes the module of a service: the proxy around its child, or a native server.
   * @throws Error in words when the build has no such native server
   */
  create(service: Selected): Promise<ServiceModule>;
  /** To be called when all modules have ended. */
  close(): void;
}

export function createModuleFactory(context: ModuleContext): ModuleFactory {
  const { version, logs, jwks, routes } = context;
  /** One for the children of all services. */
  let watchdog: Watchdog | undefined;

  return {
    async create({ name, title, disposition: { run } }) {
      const log = logs.get(name);
      if (run.kind === 'proxy') {
        const { createProxy, createWatchdog } = await import('@mcpgw/proxy');
        watchdog ??= createWatchdog();
        return createProxy({ service: name, title, version, run, log, watchdog });
      }
      const load = NATIVE.get(name);
      if (!load) throw new Error(`This build of mcpgw has no native server ${name}.`);
      const createNative = await load();
      return createNative({
        version,
        limits: run.limits,
        issuer: routes().issuer,
        jwks,
        route: () => routes().routes.find((it): it is McpRoute => it.kind === 'mcp' && it.service === name),
        log,
      });
    },
    close: () => watchdog?.close(),
  };
}
