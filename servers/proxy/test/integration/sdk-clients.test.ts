import { createRequire } from 'node:module';
import { expect } from 'chai';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { startProxy, until, type RunningProxy } from '../helpers/proxy.ts';

const EVERYTHING = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/dist/index.js',
);

const CAPABILITIES = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
const SAMPLE = { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled words' } } as const;
const ELICITED = { action: 'accept', content: { name: 'Ada' } } as const;
const ROOTS = { roots: [{ uri: 'file:///tmp/a-root', name: 'a root' }] };

/** What the two generations of clients have in common, as far as these tests go. */
interface TestClient {
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: {
      onprogress?: (progress: { progress: number; total?: number | undefined }) => void;
      signal?: AbortSignal;
    },
  ): Promise<unknown>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  close(): Promise<void>;
}

async function connectV1(url: string): Promise<TestClient> {
  const client = new ClientV1({ name: 'v1', version: '1.0.0' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLE);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  await client.connect(new TransportV1(new URL(url)));
  return {
    callTool: (params, options) => client.callTool(params, undefined, options),
    listTools: () => client.listTools(),
    close: () => client.close(),
  };
}

async function connectV2(url: string, modern = false): Promise<TestClient> {
  const client = new ClientV2(
    { name: 'v2', version: '1.0.0' },
    { capabilities: CAPABILITIES, versionNegotiation: { mode: modern ? 'auto' : 'legacy' } },
  );
  client.setRequestHandler('sampling/createMessage', () => SAMPLE);
  client.setRequestHandler('elicitation/create', () => ELICITED);
  client.setRequestHandler('roots/list', () => ROOTS);
  await client.connect(new TransportV2(new URL(url)));
  expect(client.getProtocolEra()).to.equal(modern ? 'modern' : 'legacy');
  return client;
}

for (const [generation, connect] of [
  ['v1', connectV1],
  ['v2', connectV2],
  ['v2 in the modern era', (url: string) => connectV2(url, true)],
] as const) {
  describe(`the official SDK client ${generation} on server-everything`, () => {
    let proxy: RunningProxy;
    let client: TestClient;
    before(async () => {
      proxy = await startProxy({ args: [EVERYTHING, 'stdio'] }, { ownOrigins: true });
      await proxy.module.ready;
      client = await connect(proxy.url);
    });
    after(async () => {
      await client.close();
      await proxy.close();
    });

    const text = async (name: string, args: Record<string, unknown> = {}): Promise<string> =>
      JSON.stringify(await client.callTool({ name, arguments: args }));

    it('lists tools, those that need its capabilities included', async () => {
      const names = (await client.listTools()).tools.map(({ name }) => name);
      expect(names).to.include.members(['echo', 'trigger-sampling-request', 'trigger-elicitation-request']);
    });

    it('calls a tool', async () => {
      expect(await text('echo', { message: 'hello' })).to.include('hello');
    });

    it('hears progress', async () => {
      const heard: number[] = [];
      await client.callTool(
        { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } },
        {
          // The v2 client adds reports of its own, without a total, when it answers a question meanwhile.
          onprogress: ({ progress, total }) => {
            if (total !== undefined) heard.push(progress);
          },
        },
      );
      // What is reported while a modern client answers a question has no stream to go on.
      expect(heard.at(-1)).to.equal(4);
      expect(heard).to.deep.equal([1, 2, 3, 4].filter((step) => heard.includes(step)));
      if (!generation.includes('modern')) expect(heard).to.have.length(4);
    });

    it('is asked to sample', async () => {
      expect(await text('trigger-sampling-request', { prompt: 'say something' })).to.include('sampled words');
    });

    it('is asked for input', async () => {
      expect(await text('trigger-elicitation-request')).to.include('Ada');
    });

    it('is asked for its roots', async () => {
      expect(await text('get-roots-list')).to.include('a-root');
    });

    it('cancels a call, and goes on', async () => {
      const abort = new AbortController();
      const call = client.callTool(
        { name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 2 } },
        { signal: abort.signal },
      );
      setTimeout(() => abort.abort(), 50);
      await call.then(
        () => expect.fail('the call was not cancelled'),
        () => undefined,
      );
      expect(await text('echo', { message: 'still here' })).to.include('still here');
    });

    it('gets many answers at one time, each its own', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => text('get-sum', { a: i, b: 1000 })),
      );
      answers.forEach((answer, i) => expect(answer).to.include(String(i + 1000)));
    });

    it('outlives its server process', async () => {
      const [pid] = proxy.module.snapshot().pids;
      process.kill(pid ?? 0, 'SIGKILL');
      await until(() => proxy.module.snapshot().restarts === 1);
      expect(await text('echo', { message: 'again' })).to.include('again');
    });
  });
}
