import { Agent, request, type IncomingMessage } from 'node:http';

/** What every call does: the tool's name, its argument, and what the answer must contain. */
export interface Work {
  tool: string;
  argument: 'text' | 'message';
}

export interface LoadResult {
  calls: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

interface Reply {
  status: number;
  session: string | undefined;
  text: string;
}

const ACCEPT = 'application/json, text/event-stream';

/** One client with one connection and one session. */
export class LoadClient {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #session: string | undefined;
  #nextId = 1;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** @returns milliseconds from `initialize` to its answer */
  async open(): Promise<number> {
    const began = performance.now();
    const reply = await this.#post({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'bench', version: '1' },
      },
    });
    const took = performance.now() - began;
    if (reply.status !== 200 || reply.session === undefined)
      throw new Error(`initialize: ${reply.status} ${reply.text}`);
    this.#session = reply.session;
    await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return took;
  }

  async call({ tool, argument }: Work): Promise<void> {
    const id = this.#nextId++;
    const words = `hello ${id}`;
    const params = { name: tool, arguments: { [argument]: words } };
    const { text } = await this.#post({ jsonrpc: '2.0', id, method: 'tools/call', params });
    if (!text.includes(words) || !text.includes(`"id":${id}`))
      throw new Error(`wrong answer: ${text.slice(0, 200)}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(message: object): Promise<Reply> {
    const body = JSON.stringify(message);
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: ACCEPT,
    };
    if (this.#session !== undefined) headers['mcp-session-id'] = this.#session;
    const { hostname, port, pathname } = this.#url;
    return new Promise((resolve, reject) => {
      const sent = request({ agent: this.#agent, hostname, port, path: pathname, method: 'POST', headers });
      sent.once('response', (response) => void collect(response).then(resolve, reject));
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

async function collect(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const session = response.headers['mcp-session-id'];
  return {
    status: response.statusCode ?? 0,
    session: typeof session === 'string' ? session : undefined,
    text: Buffer.concat(chunks).toString(),
  };
}

/** Closed loop: each client calls again as soon as it has its answer. */
export async function runLoad(clients: LoadClient[], work: Work, seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1_000;
  await Promise.all(
    clients.map(async (client) => {
      for (let now = performance.now(); now < until;) {
        await client.call(work);
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return {
    calls: latencies.length,
    seconds: (performance.now() - began) / 1_000,
    p50: at(0.5),
    p99: at(0.99),
  };
}
