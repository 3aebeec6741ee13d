import { listen, type Listener, type Log } from '@mcpgw/kit';
import type { RequestListener } from 'node:http';
import { StartFailure } from './failure.ts';

/**
 * Listens on both loopback addresses, because `localhost` means either; a machine without IPv6 has one.
 * @throws StartFailure PORT_IN_USE when another program has the port on either of them
 */
export async function listenPublic(handler: RequestListener, port: number, log: Log): Promise<Listener[]> {
  const listeners: Listener[] = [];
  try {
    listeners.push(await listen(handler, { address: { host: '127.0.0.1', port }, log }));
    listeners.push(await listen(handler, { address: { host: '::1', port }, log }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (listeners.length === 1 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) return listeners;
    await Promise.all(listeners.map((it) => it.close(0)));
    if (code === 'EADDRINUSE') {
      throw new StartFailure('PORT_IN_USE', `Port ${port} is in use by another program.`, { cause: error });
    }
    throw error;
  }
  return listeners;
}
