/**
 * `npm run bench:native [-- --connections 16 --seconds 4]`: tools/call of `echo` on our servers, the SDK's own plain
 * server and bare node:http, one after the other.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { connections: { type: 'string', default: '16' }, seconds: { type: 'string', default: '4' } },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);

const ACCEPT = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const REVISION = '2026-07-28';
const params = { name: 'echo', arguments: { message: 'hello, world' } };

interface Wire {
  headers: Record<string, string>;
  body: string;
}

const legacy: Wire = {
  headers: { ...ACCEPT, 'MCP-Protocol-Version': '2025-11-25' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
};
const modern: Wire = {
  headers: { ...ACCEPT, 'MCP-Protocol-Version': REVISION, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'echo' },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': REVISION,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }),
};
const initialize: Wire = {
  headers: ACCEPT,
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  }),
};

const RUNS = [
  { subject: 'kit/bench/bare.ts', title: 'node:http, bare', wire: legacy },
  { subject: 'kit/bench/sdk.ts', title: "the SDK's plain server, legacy", wire: legacy },
  { subject: 'echo-stateless/bench/serve.ts', title: 'echo-stateless, legacy', wire: legacy },
  {
    subject: 'echo-stateful/bench/serve.ts',
    title: 'echo-stateful, legacy, in sessions',
    wire: legacy,
    session: true,
  },
  { subject: 'kit/bench/sdk.ts', title: "the SDK's plain server, modern", wire: modern },
  { subject: 'echo-stateless/bench/serve.ts', title: 'echo-stateless, modern', wire: modern },
];

/** One exchange on a connection that is kept. @throws Error an answer that is none */
async function exchange(url: URL, { headers, body }: Wire, agent: Agent): Promise<IncomingHttpHeaders> {
  const outgoing = request(url, {
    method: 'POST',
    agent,
    headers: { ...headers, 'Content-Length': body.length },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  if (response.statusCode !== 200 || !text.includes('"result"'))
    throw new Error(`${response.statusCode}: ${text}`);
  return response.headers;
}

async function load(url: URL, wire: Wire, session: boolean, forSeconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + forSeconds * 1000;
  const one = async (): Promise<void> => {
    const id = session ? String((await exchange(url, initialize, agent))['mcp-session-id']) : undefined;
    const own = id === undefined ? wire : { ...wire, headers: { ...wire.headers, 'Mcp-Session-Id': id } };
    for (let now = performance.now(); now < until;) {
      await exchange(url, own, agent);
      const then = now;
      now = performance.now();
      latencies.push(now - then);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

async function ask<Answer>(child: ChildProcess): Promise<Answer> {
  const answered = once(child, 'message');
  child.send('usage');
  return ((await answered) as [Answer])[0];
}

async function measure({ subject, title, wire, session = false }: (typeof RUNS)[number]): Promise<string> {
  const child = fork(path.join(import.meta.dirname, '../..', subject), { execArgv: [] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  await load(new URL(url), wire, session, 1);
  const before = await ask<{ cpuMicros: number }>(child);
  const latencies = await load(new URL(url), wire, session, seconds);
  const after = await ask<{ cpuMicros: number; rss: number }>(child);
  child.disconnect();
  await once(child, 'exit');
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1);
  const cells = [
    title,
    Math.round(latencies.length / seconds),
    at(0.5),
    at(0.99),
    Math.round((after.cpuMicros - before.cpuMicros) / latencies.length),
    Math.round(after.rss / 1_048_576),
  ];
  return `| ${cells.join(' | ')} |`;
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, ${connections} connections, ${seconds} s`,
);
console.log(
  '| Server | Calls/s | p50 ms | p99 ms | CPU µs/call | RSS MB |\n| --- | --: | --: | --: | --: | --: |',
);
for (const run of RUNS) console.log(await measure(run));
