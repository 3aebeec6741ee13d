import type { NativeOptions } from '@mcpgw/kit';

/** Which hosts may be reached. Names are exact, `*.example.com` means all below; upper and lower case, IDN and punycode are one. */
export interface FetchAccess {
  /** Not empty: these hosts only. */
  allow: readonly string[];
  /** Never these, whatever else says yes. */
  deny: readonly string[];
  /** `host` or `host:port` of the own network that may be reached although its address is private: an opt-in, host by host. */
  internal: readonly string[];
  /** Ports that may be asked; an `internal` entry with a port allows its own. */
  ports: readonly number[];
}

export interface FetchOptions extends NativeOptions {
  access?: Partial<FetchAccess>;
  /** Whether robots.txt is obeyed (RFC 9309). */
  robots?: boolean;
  /** What a test puts in the place of the outside world. */
  world?: Partial<World>;
}

/** What the server needs from outside. */
export interface World {
  /**
   * All addresses of a name.
   * @param internal the host is opted in: the own network's ways of naming count too
   */
  resolve: (hostname: string, internal: boolean) => Promise<readonly string[]>;
  /** Addresses of this machine with their prefix, such as `203.0.113.7/24`. */
  ownNetworks: () => readonly string[];
  /** Trusted roots instead of the system's, PEM. */
  ca: string | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export const DEFAULT_ACCESS: FetchAccess = { allow: [], deny: [], internal: [], ports: [80, 443] };

/** Bounds of one fetch. Milliseconds and bytes. */
export const BOUNDS = {
  connectMs: 8000,
  /** Of them for one address, before the next is tried. */
  attemptMs: 2500,
  headersMs: 15_000,
  idleMs: 15_000,
  wholeMs: 45_000,
  textBytes: 5 * 1_048_576,
  /** Clients take images of up to 5 MB in base64. */
  imageBytes: 3.5 * 1_048_576,
  redirects: 5,
  urlLength: 8192,
  convertMs: 10_000,
  /** Fetches at a time, of all callers and of one. */
  fetches: 12,
  fetchesPerPrincipal: 6,
} as const;

export const USER_AGENT = 'mcpgw-fetch (MCP server)';
/** Under this name robots.txt speaks to it (RFC 9309 section 2.2.1). */
export const ROBOTS_NAME = 'mcpgw-fetch';
