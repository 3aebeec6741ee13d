import type { FetchAccess } from '../options.ts';

/** The lists of `FetchAccess`, ready to be asked. Hosts are asked as `URL.hostname` spells them, without a trailing dot. */
export interface HostRules {
  denied(host: string): boolean;
  /** True as well where there is no list. */
  allowed(host: string): boolean;
  /** Whether the host is opted in although it is of the own network. */
  internal(host: string, port: number): boolean;
  portAllowed(host: string, port: number): boolean;
}

/** @throws Error an entry that is no host */
export function createHostRules(access: FetchAccess): HostRules {
  const denied = matcher(access.deny);
  const allowed = matcher(access.allow);
  const internal = new Map<string, Set<number> | undefined>();
  for (const entry of access.internal) {
    const { host, port } = parseEntry(entry);
    const ports = internal.get(host) ?? new Set<number>();
    internal.set(host, port === undefined ? ports : ports.add(port));
  }
  return {
    denied,
    allowed: (host) => access.allow.length === 0 || allowed(host),
    internal: (host, port) => {
      const ports = internal.get(host);
      return ports !== undefined && (ports.size === 0 ? access.ports.includes(port) : ports.has(port));
    },
    portAllowed: (host, port) => access.ports.includes(port) || internal.get(host)?.has(port) === true,
  };
}

function matcher(entries: readonly string[]): (host: string) => boolean {
  const exact = new Set<string>();
  const below: string[] = [];
  for (const entry of entries) {
    if (entry.startsWith('*.')) below.push(`.${parseEntry(entry.slice(2)).host}`);
    else exact.add(parseEntry(entry).host);
  }
  return (host) => exact.has(host) || below.some((suffix) => host.endsWith(suffix));
}

function parseEntry(entry: string): { host: string; port: number | undefined } {
  const url = URL.parse(`http://${entry}`);
  const bare =
    url && url.pathname === '/' && !url.search && !url.hash && !url.username && !/[*/]$/.test(entry);
  if (!url || !bare)
    throw new Error(`${entry} is not a host. Allowed: example.com, *.example.com, wiki.corp:8080.`);
  const port = /:(\d+)$/.exec(entry.replace(/\[.*\]/, ''))?.[1];
  return { host: bareHost(url.hostname), port: port === undefined ? undefined : Number(port) };
}

/** A root-qualified name is the same host. */
export const bareHost = (hostname: string): string => hostname.replace(/\.$/, '');
