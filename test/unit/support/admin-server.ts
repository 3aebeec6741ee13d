import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { GatewayStatus, ServiceStatus } from '../../../servers/kit/src/contract/admin.ts';
import { tempDir } from '../../support/temp-dir.ts';

export type AdminAnswer = { status: number; body?: unknown; raw?: string } | 'silence' | 'reset';

export interface AdminServer {
  socket: string;
  /** `METHOD path`, and the body that came with it. */
  requests: { call: string; body: unknown }[];
  close(): Promise<void>;
}

/**
 * A real HTTP server on a real Unix socket that answers as it is told.
 * @param socket where it listens; a folder of its own without it
 */
export async function adminServer(
  answer: (call: string, body: unknown) => AdminAnswer,
  socket?: string,
): Promise<AdminServer> {
  const folder = tempDir();
  const path = socket ?? join(folder.path, 'admin.sock');
  const requests: AdminServer['requests'] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const call = `${request.method ?? ''} ${request.url ?? ''}`;
    requests.push({ call, body });
    const said = answer(call, body);
    if (said === 'silence') return;
    if (said === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(said.status, { 'content-type': 'application/json' });
    response.end(said.raw ?? (said.body === undefined ? '' : JSON.stringify(said.body)));
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(path);
  await once(server, 'listening');
  return {
    socket: path,
    requests,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      folder.remove();
    },
  };
}

export const serviceStatus = (name: string, changes: Partial<ServiceStatus> = {}): ServiceStatus => ({
  name,
  title: name,
  state: 'ready',
  url: `http://localhost:8080/${name}/mcp`,
  since: '2026-11-22T10:00:00.000Z',
  restarts: 0,
  sessions: 0,
  calls: 0,
  errors: 0,
  memoryBytes: 0,
  ...changes,
});

export const gatewayStatus = (
  services: ServiceStatus[],
  changes: Partial<GatewayStatus> = {},
): GatewayStatus => ({
  pid: process.pid,
  version: '0.1.0',
  startedAt: '2026-11-22T10:00:00.000Z',
  url: 'http://localhost:8080',
  issuer: 'http://localhost:8080',
  services,
  ...changes,
});
