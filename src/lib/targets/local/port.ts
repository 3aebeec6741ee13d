import { createServer } from 'node:net';
import { UserError } from '../../errors.ts';

const LOOPBACK = ['127.0.0.1', '::1'];
/** How far above a busy port a free one is looked for. */
const REACH = 200;

/**
 * Fails early, before packages are installed, where the gateway could not listen.
 * @throws UserError PORT_IN_USE, NO_PERMISSION
 */
export async function requireFreePort(port: number): Promise<void> {
  const problem = await probe(port);
  if (problem === 'EADDRINUSE') throw await portInUse(port);
  if (problem === 'EACCES') {
    throw new UserError('NO_PERMISSION', `Port ${port} may be used by the system only.`, {
      nextSteps: ['Choose a port from 1024 on: `mcpgw up --port 8080`.'],
    });
  }
}

/** The error of a busy port, which names the next free one. */
export async function portInUse(port: number): Promise<UserError> {
  const free = await nextFreePort(port);
  return new UserError('PORT_IN_USE', `Port ${port} is in use by another program.`, {
    nextSteps: [
      ...(free === undefined ? [] : [`Use the next free one: \`mcpgw up --port ${free}\`.`]),
      'Set HTTP_PORT in .env to use another one always.',
    ],
  });
}

async function nextFreePort(port: number): Promise<number | undefined> {
  for (let next = port + 1; next <= Math.min(port + REACH, 65_535); next += 1) {
    if ((await probe(next)) === undefined) return next;
  }
  return undefined;
}

/** Tries to listen on both loopback addresses; a machine without IPv6 has only the first. */
async function probe(port: number): Promise<string | undefined> {
  for (const host of LOOPBACK) {
    const code = await listenOnce(port, host);
    if (code === 'EADDRINUSE' || code === 'EACCES') return code;
  }
  return undefined;
}

const listenOnce = (port: number, host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
