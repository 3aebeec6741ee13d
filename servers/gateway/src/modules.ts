import type { JSONWebKeySet, NativeOptions, ServiceModule } from '@mcpgw/kit';
import type { McpRoute, RouteTable } from '@mcpgw/kit/contract';
import type { Logs } from './logs.ts';
import type { Selected } from './service.ts';

/** The native servers of this build, by service name, loaded when they are selected. */
const NATIVE: ReadonlyMap<string, () => Promise<(options: NativeOptions) => ServiceModule>> = new Map([
  ['echo-stateless', async () => (await import('@mcpgw/echo-stateless')).createEchoStateless],
  ['echo-stateful', async () => (await import('@mcpgw/echo-stateful')).createEchoStateful],
]);

export interface ModuleContext {
  version: string;
  logs: Logs;
  /** The table in force; asked at each use. */
  routes: () => RouteTable;
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>;
}

/**
 * Makes the module of a service: the proxy around its child, or a native server.
 * @throws Error in words when the build has no such native server
 */
export async function createModule(service: Selected, context: ModuleContext): Promise<ServiceModule> {
  const { name, title } = service;
  const { run } = service.disposition;
  const { version, jwks, routes } = context;
  const log = context.logs.get(name);
  if (run.kind === 'proxy') {
    const { createProxy } = await import('@mcpgw/proxy');
    return createProxy({ service: name, title, version, run, log });
  }
  const load = NATIVE.get(name);
  if (!load) throw new Error(`This build of mcpgw has no native server ${name}.`);
  const create = await load();
  return create({
    version,
    limits: run.limits,
    issuer: routes().issuer,
    jwks,
    route: () => routes().routes.find((it): it is McpRoute => it.kind === 'mcp' && it.service === name),
    log,
  });
}
