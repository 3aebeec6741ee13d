import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { Project, type Status } from '../support/e2e/project.ts';
import { connectV1 } from '../support/mcp/connect-v1.ts';
import { connectV2 } from '../support/mcp/connect-v2.ts';
import { ELICITED, SAMPLED, type Connect, type TestClient } from '../support/mcp/test-client.ts';
import { chromiumPerson } from '../support/oauth/chromium.ts';
import { MemoryProvider, type ClientStore } from '../support/oauth/memory-provider.ts';
import { person, type UserAgent } from '../support/oauth/person.ts';
import { requireProgram } from '../support/requires.ts';

interface Call {
  service: string;
  tool: string;
  args: () => Record<string, unknown>;
  answers: RegExp;
  /** The tool is expected to refuse, in its own words: there is no public page to fetch. */
  refuses?: boolean;
  python?: boolean;
}

const CALLS: Call[] = [
  { service: 'everything', tool: 'echo', args: () => ({ message: 'hello' }), answers: /hello/ },
  {
    service: 'memory',
    tool: 'create_entities',
    args: () => ({
      entities: [{ name: randomUUID(), entityType: 'person', observations: ['wrote programs'] }],
    }),
    answers: /wrote programs/,
  },
  { service: 'filesystem', tool: 'list_allowed_directories', args: () => ({}), answers: /\// },
  {
    service: 'sequentialthinking',
    tool: 'sequentialthinking',
    args: () => ({ thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }),
    answers: /"thoughtNumber": 1/,
  },
  {
    service: 'fetch',
    tool: 'fetch',
    args: () => ({ url: 'http://127.0.0.1:1/' }),
    answers: /public address/,
    refuses: true,
    python: true,
  },
  {
    service: 'time',
    tool: 'get_current_time',
    args: () => ({ timezone: 'UTC' }),
    answers: /UTC/,
    python: true,
  },
  {
    service: 'fetchs',
    tool: 'fetch',
    args: () => ({ url: 'http://169.254.169.254/latest/meta-data/' }),
    answers: /Refused/,
    refuses: true,
  },
  { service: 'echo-stateless', tool: 'echo', args: () => ({ message: 'hello' }), answers: /hello/ },
  { service: 'echo-stateful', tool: 'echo', args: () => ({ message: 'hello' }), answers: /hello/ },
];

describe('official clients through the gateway', function () {
  this.timeout(60_000);
  let project: Project;
  let status: Status;

  before(async function () {
    this.timeout(300_000);
    project = await Project.fresh();
    status = await project.up();
  });

  after(() => project.down());

  const sdks: [string, Connect][] = [
    ['SDK v2', connectV2],
    ['SDK v1', connectV1],
  ];
  for (const [sdk, connect] of sdks) {
    describe(sdk, () => {
      let agent: UserAgent;
      /** One registration for all services, as a program that talks to several of them has. */
      const store: ClientStore = {};
      let client: TestClient | undefined;

      before(() => {
        agent = person({ signInCode: status.signIn.code });
      });

      afterEach(async () => {
        await client?.close();
        client = undefined;
      });

      const open = async (service: string): Promise<MemoryProvider> => {
        const provider = new MemoryProvider(agent, store.client && { client: store.client });
        client = await connect(project.mcpUrl(service), provider);
        if (provider.store.client) store.client = provider.store.client;
        return provider;
      };

      for (const { service, tool, args, answers, refuses = false, python = false } of CALLS) {
        it(`signs in to ${service}, lists its tools and calls ${tool}`, async function () {
          if (python) requireProgram(this, 'python3');
          const provider = await open(service);
          expect(provider.authorizations).to.equal(1);
          expect(provider.store.client).to.have.property('client_id').that.is.a('string');
          expect(await client!.tools()).to.include(tool);
          const answer = await client!.call(tool, args());
          expect(answer.isError).to.equal(refuses);
          expect(answer.text).to.match(answers);
        });
      }

      it('gets progress while a tool works', async () => {
        await open('everything');
        const seen: number[] = [];
        await client!.call('trigger-long-running-operation', { duration: 0.4, steps: 4 }, (n) =>
          seen.push(n),
        );
        expect(seen).to.deep.equal([1, 2, 3, 4]);
      });

      it('is asked to sample from its model in the middle of a call', async () => {
        await open('everything');
        const { text } = await client!.call('trigger-sampling-request', { prompt: 'hi', maxTokens: 10 });
        expect(text).to.include(SAMPLED);
      });

      it('is asked to show its person a form in the middle of a call', async () => {
        await open('everything');
        const { text } = await client!.call('trigger-elicitation-request', {});
        expect(text).to.include(ELICITED.name);
      });

      it('refreshes a token that is no longer taken, without asking the person again', async () => {
        const provider = await open('echo-stateless');
        const { access_token: first, refresh_token: refreshToken } = provider.store.tokens!;
        provider.store.tokens = { ...provider.store.tokens!, access_token: `${first}x` };
        expect(await client!.tools()).to.include('echo');
        expect(provider.authorizations).to.equal(1);
        expect(provider.store.tokens)
          .to.have.property('access_token')
          .that.is.not.oneOf([first, `${first}x`]);
        expect(provider.store.tokens).to.have.property('refresh_token').that.is.not.equal(refreshToken);
      });
    });
  }

  it('lets a person consent in a real browser without JavaScript', async function () {
    const browser = await chromiumPerson(requireProgram(this, 'chromium'), status.signIn.code);
    try {
      const provider = new MemoryProvider(browser.agent, {}, browser.redirectUrl);
      const client = await connectV2(project.mcpUrl('echo-stateful'), provider);
      const answer = await client.call('echo', { message: 'from Chromium' });
      await client.close();
      expect(provider.authorizations).to.equal(1);
      expect(answer.text).to.include('from Chromium');
    } finally {
      await browser.close();
    }
  });

  it('gives a client whose person denies no token, and says so', async () => {
    const provider = new MemoryProvider(person({ signInCode: status.signIn.code, answer: 'Deny' }));
    const failure = await connectV2(project.mcpUrl('echo-stateless'), provider).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
    expect(provider.callback.get('error')).to.equal('access_denied');
    expect(provider.callback.get('iss')).to.equal(status.issuer);
    expect(provider.store.tokens).to.equal(undefined);
  });
});
