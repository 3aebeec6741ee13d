/** One server under load: `node subject.ts <name>`, in a process of its own. Tells its URL and, asked, its CPU time. */
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { z } from 'zod';
import { createEchoStateful } from '../../echo-stateful/src/index.ts';
import { createEchoStateless } from '../../echo-stateless/src/index.ts';
import type { NativeOptions } from '../src/index.ts';

const options: NativeOptions = {
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

/** The floor: what it costs to read JSON and to answer JSON. */
const bare: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: number;
      params: { arguments: { message: string } };
    };
    const text = params.arguments.message;
    const result = { content: [{ type: 'text', text }], structuredContent: { message: text } };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
};

/** The SDK's own way to write such a server. */
const sdk = (): RequestListener => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'plain', version: '1.0.0' });
    server.registerTool(
      'echo',
      { inputSchema: z.object({ message: z.string() }), outputSchema: z.object({ message: z.string() }) },
      ({ message }) => ({ content: [{ type: 'text', text: message }], structuredContent: { message } }),
    );
    return server;
  });
  const listener = toNodeHandler(handler);
  // Its types know no exactOptionalPropertyTypes.
  return (request, response) => void listener(request as never, response);
};

const SUBJECTS = new Map<string, () => RequestListener>([
  ['bare', () => bare],
  ['sdk', sdk],
  ['echo-stateless', () => createEchoStateless(options).handler],
  ['echo-stateful', () => createEchoStateful(options).handler],
]);

const create = SUBJECTS.get(process.argv[2] ?? '');
if (!create) throw new Error(`Allowed: ${[...SUBJECTS.keys()].join(', ')}.`);
const server = createServer(create()).listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, rss: process.memoryUsage.rss() });
});
process.on('disconnect', () => server.close().closeAllConnections());
