import type { ServerResponse } from 'node:http';
import { createHostCheck } from '../hosts.ts';
import { errorBody, sendJson } from '../json-response.ts';
import type { ServiceModule, ServiceSnapshot } from '../module.ts';
import type { NativeOptions } from '../native.ts';
import { traceId } from '../trace.ts';
import { createEndpoint } from './endpoint.ts';
import type { NativeSpec } from './mcp-server.ts';
import type * as Protocols from './protocol.ts';

export interface NativeServerOptions extends NativeOptions {
  spec: Omit<NativeSpec, 'version'>;
  /** Whether legacy clients get sessions; without, GET and DELETE are not allowed. */
  sessions: boolean;
  /** Ends what the tools own. */
  onClose?: () => Promise<void> | void;
}

/**
 * A native MCP server as a module: `/mcp` in both protocol eras, and `/health`.
 */
export function createNativeServer(options: NativeServerOptions): ServiceModule {
  const { limits, log, origins, version } = options;
  const spec: NativeSpec = { ...options.spec, version };
  const methods = options.sessions ? ['POST', 'GET', 'DELETE'] : ['POST'];
  const checkHost = origins && createHostCheck({ origins });

  const counts = { calls: 0, errors: 0 };
  let state: Pick<ServiceSnapshot, 'state' | 'since' | 'error'> = {
    state: 'starting',
    since: new Date(),
    error: undefined,
  };
  let protocol: Protocols.Protocol | undefined;
  let closing: Promise<void> | undefined;

  const onCall = (): void => {
    counts.calls += 1;
  };
  const onError = (): void => {
    counts.errors += 1;
  };
  const loading = loadProtocol().then(({ createProtocol }) =>
    createProtocol({
      spec,
      log,
      onError,
      sessions: options.sessions
        ? {
            entries: limits.sessions,
            entriesPerPrincipal: limits.sessionsPerUser,
            idleMs: limits.sessionIdleMs,
            maxMs: limits.sessionMaxMs,
          }
        : undefined,
      subscriptions: Math.ceil(limits.inFlight / 4),
    }),
  );
  const ready = loading.then(
    (it) => {
      protocol = it;
      state = { state: 'ready', since: new Date(), error: undefined };
    },
    (error: unknown) => {
      state = { state: 'failed', since: new Date(), error: String(error) };
      throw error;
    },
  );
  ready.catch(() => undefined);

  const endpoint = createEndpoint({
    limits,
    log,
    protocol: loading,
    onCall,
    onError,
  });

  const sendHealth = (response: ServerResponse): void =>
    sendJson(response, state.state === 'ready' && !closing ? 200 : 503, {
      status: closing ? 'stopping' : state.state,
      name: spec.name,
      version,
    });

  const close = async (graceMs: number): Promise<void> => {
    await endpoint.drain(graceMs);
    await loading.then((it) => it.close()).catch(() => undefined);
    await options.onClose?.();
  };

  const logDefect = (err: unknown): void => log.error({ err }, 'an answer could not be written');
  const handler: ServiceModule['handler'] = (request, response) => {
    const refuse = (status: number, error: string, text: string, headers = {}): void => {
      sendJson(response, status, errorBody(error, text, traceId(request.headers)), headers);
    };
    const host = checkHost?.(request.headers);
    const path = URL.parse(request.url ?? '', 'http://localhost')?.pathname;
    const method = request.method ?? '';
    // Whoever watches over the server asks it under any name; there is nothing to be learnt.
    if (path === '/health' && (method === 'GET' || method === 'HEAD')) sendHealth(response);
    else if (host && !host.allowed) refuse(host.status, 'host_not_allowed', host.reason);
    else if (path !== '/mcp') refuse(404, 'not_found', 'The MCP endpoint is /mcp.');
    else if (methods.includes(method)) endpoint.handle(request, response).catch(logDefect);
    else refuse(405, 'method_not_allowed', `${method} is not served here.`, { Allow: methods.join(', ') });
  };

  return {
    ready,
    handler,
    close: (graceMs) => (closing ??= close(graceMs)),
    snapshot: () => ({ ...state, ...counts, restarts: 0, sessions: protocol?.sessionCount() ?? 0, pids: [] }),
  };
}

/** The SDK takes a while to load: after the caller has gone on, so that a start is not held up. */
async function loadProtocol(): Promise<typeof Protocols> {
  await new Promise(setImmediate);
  return import('./protocol.ts');
}
