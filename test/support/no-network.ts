import { Socket, isIP } from 'node:net';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;

/**
 * Makes every connection of this process to anything but loopback fail at once.
 * Child processes are not touched: package managers reach their registries.
 * @returns puts things back as they were
 */
export function forbidNetwork(): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const connect = Socket.prototype.connect;
  const guarded = function (this: Socket, ...args: unknown[]): Socket {
    const host = hostOf(args);
    if (host === undefined || LOOPBACK.test(host)) return Reflect.apply(connect, this, args) as Socket;
    const kind = isIP(host) === 0 ? 'name' : 'address';
    const refusal = new Error(`Tests reach loopback only; this one connects to the ${kind} ${host}.`);
    process.nextTick(() => this.destroy(refusal));
    return this;
  };
  Socket.prototype.connect = guarded;
  return () => {
    Socket.prototype.connect = connect;
  };
}

/** The host of a `net.connect` call in any of its forms; undefined for a path or the default host. */
function hostOf(args: readonly unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    return 'host' in first && typeof first.host === 'string' ? first.host : undefined;
  }
  return typeof first === 'number' && typeof second === 'string' ? second : undefined;
}
