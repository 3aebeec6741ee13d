import { expect } from 'chai';
import { describeDiagnosticTools } from '../../../kit/test/support/diagnostic-tools.ts';
import {
  CLIENTS,
  LIMITS,
  as,
  host,
  nativeOptions,
  textOf,
  type Hosted,
  type TestClient,
} from '../../../kit/test/support/native.ts';
import { createEchoStateful } from '../../src/index.ts';

describeDiagnosticTools('echo-stateful', createEchoStateful);

describe('echo-stateful', () => {
  let hosted: Hosted;
  const clients: TestClient[] = [];

  beforeEach(async () => {
    hosted = await host(() => createEchoStateful(nativeOptions()));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((it) => it.close()));
    await hosted.close();
  });

  for (const { title, era, connect } of CLIENTS) {
    describe(`called by ${title}`, () => {
      const client = async (user: string | undefined): Promise<TestClient> => {
        const connected = await connect(hosted.url, user === undefined ? {} : as(user));
        clients.push(connected);
        return connected;
      };
      /** What names the state of an earlier echo: nothing in a session, its handle without. */
      const stateOf = (echoed: { structuredContent?: Record<string, unknown> }): Record<string, unknown> =>
        era === 'legacy' ? {} : { handle: echoed.structuredContent?.['handle'] };

      it('has eleven tools', async () => {
        const { tools } = await client('local:owner');
        expect(await tools())
          .to.have.length(11)
          .and.to.include.members(['echo', 'replayLastEcho', 'sessionInfo']);
      });

      it('replays the last echo', async () => {
        const { call } = await client('local:owner');
        const first = await call('echo', { message: 'one' });
        expect(first.content[0]).to.deep.equal({ type: 'text', text: 'one' });
        const state = stateOf(first);
        await call('echo', { message: 'two', ...state });
        const replay = await call('replayLastEcho', state);
        expect(replay.structuredContent).to.deep.equal({ message: 'two', echoes: 2 });
        expect(textOf(replay)).to.equal('two');
      });

      it('says what to do when nothing was echoed', async () => {
        const { call } = await client('local:owner');
        const result = await call('replayLastEcho');
        expect(result.isError).to.equal(true);
        expect(textOf(result)).to.include(era === 'legacy' ? 'call echo first' : '`handle`');
      });

      it('keeps the states of two clients of one user apart', async () => {
        const [one, two] = [await client('local:owner'), await client('local:owner')];
        const first = await one.call('echo', { message: 'mine' });
        await two.call('echo', { message: 'other' });
        expect(textOf(await one.call('replayLastEcho', stateOf(first)))).to.equal('mine');
      });

      it("shows the caller's own sessions and handles, never those of others", async () => {
        const [stranger, owner, again] = [
          await client('local:stranger'),
          await client('local:owner'),
          await client('local:owner'),
        ];
        await stranger.call('echo', { message: 'hidden' });
        const echoed = await owner.call('echo', { message: 'seen' });
        await again.call('echo', { message: 'seen too' });
        const { structuredContent } = await owner.call('sessionInfo', stateOf(echoed));
        expect(structuredContent).to.include({ era, idleLimitSeconds: 60, ageLimitSeconds: 600 });
        expect(structuredContent?.['current']).to.include({
          echoes: 1,
          kind: era === 'legacy' ? 'session' : 'handle',
        });
        expect(structuredContent?.['others']).to.have.length(1);
      });

      it('shows no others to a caller whom nobody vouches for', async () => {
        const [one, two] = [await client(undefined), await client(undefined)];
        await one.call('echo', { message: 'x' });
        const result = await two.call('sessionInfo');
        expect(result.structuredContent?.['others']).to.deep.equal([]);
        expect(textOf(result)).to.include('nobody vouches');
      });
    });
  }

  describe('handles', () => {
    const [modern] = CLIENTS.filter((it) => it.era === 'modern');

    it("does not know another principal's handle", async () => {
      const [owner, thief] = await Promise.all([
        modern!.connect(hosted.url, as('local:owner')),
        modern!.connect(hosted.url, as('local:thief')),
      ]);
      clients.push(owner, thief);
      const handle = (await owner.call('echo', { message: 'mine' })).structuredContent?.['handle'];
      const [stolen, invented] = [
        await thief.call('replayLastEcho', { handle }),
        await thief.call('replayLastEcho', { handle: 'no-such-handle' }),
      ];
      expect(stolen.isError).to.equal(true);
      expect(stolen).to.deep.equal(invented);
    });

    it('gives up the handle a principal has not used for longest', async () => {
      const owner = await modern!.connect(hosted.url, as('local:owner'));
      clients.push(owner);
      const handles: unknown[] = [];
      for (let i = 0; i <= LIMITS.sessionsPerUser; i++) {
        handles.push((await owner.call('echo', { message: String(i) })).structuredContent?.['handle']);
      }
      expect((await owner.call('replayLastEcho', { handle: handles[0] })).isError).to.equal(true);
      expect(textOf(await owner.call('replayLastEcho', { handle: handles[1] }))).to.equal('1');
    });
  });
});
