import { isIP, connect as connectTcp, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import { ToolError } from '@mcpgw/kit/mcp';
import { BOUNDS, type World } from '../options.ts';
import { isInternal, isPublic, isWithin } from './addresses.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './url.ts';

/** A name with more addresses than that is no web server. */
const MAX_ADDRESSES = 32;
/** Where the first addresses do not answer, the others seldom do. */
const MAX_ATTEMPTS = 4;

export type GuardWorld = Pick<World, 'resolve' | 'ownNetworks' | 'ca'>;

/**
 * Opens the connection of one request. The name is resolved once, every one of its addresses is judged, and the socket
 * goes to one of those and nowhere else: a second answer of the resolver is never asked for. What the socket is connected
 * to in the end is judged again.
 * @throws Refusal the guard says no: nothing was sent
 * @throws ToolError the host cannot be reached
 */
export async function openConnection(
  target: Target,
  world: GuardWorld,
  signal: AbortSignal,
): Promise<Socket> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.connectMs)]);
  const addresses = await addressesOf(target, world, deadline);
  const own = world.ownNetworks();
  for (const address of addresses) judge(address, target, own);

  let failure: unknown;
  for (const address of addresses.slice(0, MAX_ATTEMPTS)) {
    const attempt = AbortSignal.any([deadline, AbortSignal.timeout(BOUNDS.attemptMs)]);
    try {
      return await dial(target, address, world.ca, attempt, (remote) => judge(remote, target, own));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refusal) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function addressesOf(
  target: Target,
  world: GuardWorld,
  deadline: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(target.host) !== 0) return [target.host];
  const { promise: late, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(unreachable(target, 'its name is not resolved in time'));
  deadline.addEventListener('abort', onAbort, { once: true });
  try {
    const addresses = await Promise.race([world.resolve(target.host, target.internal), late]);
    if (addresses.length > 0 && addresses.length <= MAX_ADDRESSES) return addresses;
  } catch (error) {
    if (error instanceof ToolError) throw error;
  } finally {
    deadline.removeEventListener('abort', onAbort);
  }
  throw unreachable(target, 'its name has no address');
}

function judge(address: string, { host, internal }: Target, own: readonly string[]): void {
  if (internal) {
    if (isInternal(address)) return;
  } else if (isPublic(address) && !isWithin(address, own)) return;
  const what = host === address ? host : `${host} leads to ${address}, which`;
  throw new Refusal(
    `${what} is not an address of the public internet. An operator can allow a host of the own network by name.`,
  );
}

/** Connects to one address, under which no name is looked up any more. */
async function dial(
  target: Target,
  address: string,
  ca: string | undefined,
  signal: AbortSignal,
  judgeRemote: (address: string) => void,
): Promise<Socket> {
  const { host, port, secure } = target;
  const socket = secure
    ? connectTls({
        host: address,
        port,
        ...(isIP(host) === 0 && { servername: host }),
        ...(ca !== undefined && { ca }),
        checkServerIdentity: (_address, certificate) => checkServerIdentity(host, certificate),
        ALPNProtocols: ['http/1.1'],
        // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not say otherwise.
        rejectUnauthorized: true,
      })
    : connectTcp({ host: address, port });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onAbort = (): void => reject(unreachable(target, 'it takes too long'));
  socket.once(secure ? 'secureConnect' : 'connect', () => resolve(undefined));
  socket.once('error', (error: NodeJS.ErrnoException) => reject(unreachable(target, reasonOf(error))));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
    judgeRemote(socket.remoteAddress ?? '');
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const unreachable = ({ host, port }: Target, reason: string): ToolError =>
  new ToolError(`${host}:${port} cannot be reached: ${reason}.`);

/** The system's word, or OpenSSL's; never more of a message than is known to be harmless. */
function reasonOf(error: NodeJS.ErrnoException): string {
  const { code } = error;
  if (code === undefined) return 'the connection fails';
  if (/^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code))
    return `its certificate or TLS is not good (${code})`;
  return code;
}
