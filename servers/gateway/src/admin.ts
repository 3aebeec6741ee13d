import { listen, send, sendJson, type Listener, type Log } from '@mcpgw/kit';
import { nameSchema, type AdminError, type GatewayStatus } from '@mcpgw/kit/contract';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { StartFailure } from './failure.ts';

/** Longest path of a Unix socket that every system takes; macOS has room for 104 bytes with the closing zero. */
const MAX_SOCKET_PATH = 103;
/** A connection to a Unix socket stands or fails at once; this is for a loop that is busy loading. Milliseconds. */
const PROBE_MS = 5000;

export interface AdminOptions {
  /** `run/admin.sock` */
  socket: string;
  status: () => Promise<GatewayStatus>;
  restart: (service: string) => 'restarted' | 'unknown' | 'not-running';
  /** Begins the graceful stop. */
  shutdown: () => void;
  /** The authorization server's part; false: not its path. */
  auth: (request: IncomingMessage, response: ServerResponse) => boolean;
  log: Log;
}

/**
 * The admin API on a Unix socket of mode 0600, for the owner of the project alone (contract/admin.ts).
 * @throws StartFailure when the socket cannot stand there
 */
export async function listenAdmin(options: AdminOptions): Promise<Listener> {
  const { socket, log } = options;
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH) {
    throw new StartFailure(
      'START_FAILED',
      `The path of the admin socket is longer than ${MAX_SOCKET_PATH} bytes: ${socket}. Move the project to a shorter path.`,
    );
  }
  if (existsSync(socket) && (await answers(socket))) {
    throw new StartFailure(
      'ALREADY_RUNNING',
      `Another process answers on ${socket}. \`mcpgw down\` stops it.`,
    );
  }
  rmSync(socket, { force: true });
  // The socket is made with the mask in force: it is at no time open to others.
  const mask = process.umask(0o177);
  const listening = listen(adminHandler(options), { address: { path: socket }, log });
  process.umask(mask);
  const listener = await listening;
  chmodSync(socket, 0o600);
  return listener;
}

/** Whether somebody listens on a socket file. */
function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(path);
  probe.setTimeout(PROBE_MS, () => resolve(true));
  probe.once('connect', () => resolve(true));
  probe.once('error', () => resolve(false));
  return promise.finally(() => probe.destroy());
}

/** Exported for tests: what the socket answers. */
export function adminHandler(options: AdminOptions): RequestListener {
  const fail = (response: ServerResponse, status: 404 | 409 | 500, error: AdminError['error']): void =>
    sendJson(response, status, { error });

  const restart = (name: string, response: ServerResponse): void => {
    const result = nameSchema.safeParse(name).success ? options.restart(name) : 'unknown';
    if (result === 'restarted') send(response, 204, 'application/json', '');
    else if (result === 'unknown') {
      fail(response, 404, {
        code: 'UNKNOWN_SERVICE',
        message: 'The gateway has no such service.',
        nextStep: 'Run `mcpgw status` for the names.',
      });
    } else {
      fail(response, 409, {
        code: 'SERVICE_NOT_ENABLED',
        message: `The service ${name} does not run, so it cannot be restarted.`,
        nextStep: `Start it with \`mcpgw up --only ${name}\`.`,
      });
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method ?? ''} ${request.url ?? ''}`;
    const service = /^POST \/services\/([^/?]+)\/restart$/.exec(call)?.[1];
    if (call === 'GET /status') sendJson(response, 200, await options.status());
    else if (service !== undefined) restart(service, response);
    else if (call === 'POST /shutdown') {
      sendJson(response, 202, {});
      response.once('close', options.shutdown);
    } else if (!options.auth(request, response)) {
      fail(response, 404, { code: 'NOT_FOUND', message: `The admin API has no ${call}.` });
    }
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      options.log.error({ err: error, url: request.url }, 'an admin request failed');
      fail(response, 500, {
        code: 'SERVER_ERROR',
        message: error instanceof Error ? error.message : 'The gateway failed.',
        nextStep: 'Look into .mcpgw/logs/gateway.log.',
      });
    });
  };
}
