/** The hosts that name this machine; on the local target they are one gateway. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'] as const;

/** `http://<host>:<port>`, without the port where it is HTTP's own (RFC 6454 section 6.2). */
const origin = (host: string, port: number): string => new URL(`http://${host}:${port}`).origin;

/** The issuer identifier of the local target. */
export const localIssuer = (port: number): string => origin('localhost', port);

/** Origins under which the local gateway is addressed, the issuer first. */
export const localOrigins = (port: number): string[] => LOOPBACK.map((host) => origin(host, port));

/** One spelling for all names of this machine. */
export function canonicalOrigin(url: URL): string {
  const copy = new URL(url.origin);
  if ((LOOPBACK as readonly string[]).includes(copy.hostname)) copy.hostname = 'localhost';
  return copy.origin;
}
