import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './resource.ts';

export type HostDecision =
  | {
      allowed: true;
      /** The own origin that was addressed, as the table spells it. */
      origin: string;
      /** The browser origin that asks, when it is another one than that. */
      crossOrigin: string | undefined;
    }
  | { allowed: false; status: 403; reason: string };

export interface HostCheckOptions {
  /** Origins under which the server may be addressed. */
  origins: readonly string[];
  /** Browser origins that may call, beside the own ones. */
  corsOrigins?: readonly string[];
  /** Pages of this machine may call, whatever their port. */
  loopbackOrigins?: boolean;
}

/**
 * The guard against DNS rebinding (MCP transports, "Security Warning"): Host must name one of the own origins, and Origin,
 * where a browser sends one, must be allowed.
 */
export function createHostCheck(options: HostCheckOptions): (headers: IncomingHttpHeaders) => HostDecision {
  const byHost = new Map(options.origins.flatMap(hostsOf));
  const allowed = new Set([
    ...byHost.values(),
    ...(options.corsOrigins ?? []).map((it) => new URL(it).origin),
  ]);

  const mayCall = (origin: string): boolean =>
    allowed.has(origin) || (options.loopbackOrigins === true && isLoopbackOrigin(origin));

  return (headers) => {
    const origin = byHost.get(headers.host?.toLowerCase() ?? '');
    if (origin === undefined) {
      return { allowed: false, status: 403, reason: 'This gateway is not known under the requested Host.' };
    }
    const from = headers.origin;
    if (from === undefined || from === origin) return { allowed: true, origin, crossOrigin: undefined };
    if (mayCall(from)) return { allowed: true, origin, crossOrigin: from };
    return { allowed: false, status: 403, reason: 'Pages of this Origin may not call the gateway.' };
  };
}

/** The Host values that name an origin: the default port may be spelled out (RFC 9110 section 4.2.3). */
function hostsOf(text: string): [host: string, origin: string][] {
  const { host, hostname, port, protocol, origin } = new URL(text);
  const explicit = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  return [
    [host, origin],
    [explicit, origin],
  ];
}

/** An Origin header is compared as it stands: anything but a bare `scheme://host[:port]` is foreign. */
function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && url.origin === origin && isLoopback(url.hostname);
}
