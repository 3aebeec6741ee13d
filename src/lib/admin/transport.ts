import { UserError } from '../errors.ts';

export interface AdminRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  timeoutMs: number;
}

export interface AdminResponse {
  status: number;
  body: string;
}

/** Carries one request to the admin API; rejects with NOT_RUNNING or GATEWAY_UNREACHABLE. */
export type AdminTransport = (request: AdminRequest) => Promise<AdminResponse>;

const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/** The socket is not there, nothing listens on it any more, or nothing ever could: its path is too long. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'EINVAL', 'ENAMETOOLONG']);

/**
 * The admin API over HTTP on a Unix socket.
 * @param socketPath `.mcpgw/run/admin.sock`
 */
export function socketTransport(socketPath: string): AdminTransport {
  // An import from an ES module reads every export, and `http.WebSocket` then loads undici: 40 ms at each start.
  const { request: httpRequest } = process.getBuiltinModule('node:http');
  return ({ method, path, body, timeoutMs }) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const fail = (error: NodeJS.ErrnoException): void => reject(explain(error, socketPath, timeoutMs));
      const request = httpRequest(
        {
          socketPath,
          method,
          path,
          agent: false,
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            host: 'localhost',
            ...(payload !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_RESPONSE_BYTES) request.destroy(new Error('the answer is too long'));
            else chunks.push(chunk);
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
          response.on('error', fail);
        },
      );
      request.on('error', fail);
      request.end(payload);
    });
}

function explain(error: NodeJS.ErrnoException, socketPath: string, timeoutMs: number): UserError {
  if (NOBODY.has(error.code ?? '')) {
    return new UserError('NOT_RUNNING', 'The project is not running.', {
      cause: error,
      place: { file: socketPath },
      nextSteps: ['Start it with `mcpgw up`.'],
    });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new UserError('NO_PERMISSION', 'The admin socket belongs to another user.', {
      cause: error,
      place: { file: socketPath },
      nextSteps: ['Run the command as the user who ran `mcpgw up`.'],
    });
  }
  const why = error.name === 'AbortError' ? `no answer within ${timeoutMs / 1000} s` : error.message;
  return new UserError('GATEWAY_UNREACHABLE', `The gateway does not answer: ${why}.`, {
    cause: error,
    place: { file: socketPath },
    nextSteps: ['Look at `mcpgw logs gateway`.', 'Run `mcpgw restart`.'],
  });
}
