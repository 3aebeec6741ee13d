import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuthError } from './oauth-error.ts';

/** A listener on loopback that receives the redirect of one authorization (RFC 8252 section 7.3). */
export interface Loopback {
  redirectUri: string;
  /**
   * The URL that the browser was sent to.
   * @throws OAuthError when none comes in time
   */
  callback(timeoutMs: number, signal?: AbortSignal): Promise<URL>;
  close(): Promise<void>;
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>mcpgw</title><p>Done. You can close this window.</p>';

/** Listens on 127.0.0.1 at a free port. */
export async function listenForCallback(): Promise<Loopback> {
  const arrived: URL[] = [];
  let wake: (() => void) | undefined;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    if (request.method !== 'GET' || url?.pathname !== '/callback') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close' }).end(PAGE);
    if (arrived.length < 16) arrived.push(url);
    wake?.();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    callback: (timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        const finish = (): boolean => {
          const url = arrived.shift();
          if (url === undefined) return false;
          clearTimeout(timer);
          wake = undefined;
          resolve(url);
          return true;
        };
        const give = (why: string): void => {
          clearTimeout(timer);
          wake = undefined;
          reject(new OAuthError('authorization', why));
        };
        const timer = setTimeout(() => give('nobody came back from the sign-in page in time'), timeoutMs);
        signal?.addEventListener('abort', () => give('the sign-in was given up'), { once: true });
        wake = () => void finish();
        finish();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
