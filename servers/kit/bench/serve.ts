import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { NativeOptions } from '../src/index.ts';

/** What a native server under load is given. */
export const options: NativeOptions = {
  version: '1.0.0',
  limits: {
    bodyBytes: 1_048_576,
    lineBytes: 1_048_576,
    inFlight: 256,
    queuedBytes: 1_048_576,
    requestMs: 60_000,
    sessions: 1000,
    sessionsPerUser: 1000,
    sessionIdleMs: 600_000,
    sessionMaxMs: 3_600_000,
    startMs: 10_000,
  },
  issuer: 'http://localhost:8080',
  jwks: () => ({ keys: [] }),
  route: () => undefined,
  log: pino({ level: 'silent' }),
};

/** Serves one subject in a process of its own. Tells the bench its URL and, asked, its CPU time. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, rss: process.memoryUsage.rss() });
  });
  process.on('disconnect', () => server.close().closeAllConnections());
}
