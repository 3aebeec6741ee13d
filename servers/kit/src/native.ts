import type { JSONWebKeySet } from './jwks.ts';
import type { Limits, McpRoute } from './contract/index.ts';
import type { Log } from './log.ts';

/** What a native MCP server is given, by the gateway in-process or by its own `main.ts`. */
export interface NativeOptions {
  version: string;
  limits: Limits;
  /** The authorization server's issuer identifier. */
  issuer: string;
  /** The authorization server's public keys. */
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>;
  /** The service's own route in the table in force; undefined while it has none. */
  route: () => McpRoute | undefined;
  /** Own origins, checked against Host and Origin where the server stands alone; absent behind an edge that has checked. */
  origins?: readonly string[];
  log: Log;
}
