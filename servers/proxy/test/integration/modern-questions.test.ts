import { expect } from 'chai';

import { errorOf } from '../helpers/errors.ts';
import { ModernClient, resultOf, textOf } from '../helpers/modern-client.ts';
import { startProxy, type RunningProxy } from '../helpers/proxy.ts';

const SAMPLING = { capabilities: { sampling: {} } };
const ELICITATION = { capabilities: { elicitation: {} } };
const SAMPLE = { role: 'assistant', model: 'm', content: { type: 'text', text: 'words' } };

describe('input requests of the modern era', () => {
  let proxy: RunningProxy;
  const client = new ModernClient(() => proxy.url);
  before(async () => {
    proxy = await startProxy({ limits: { sessions: 64, sessionsPerUser: 32 } }, { ownOrigins: true });
    await proxy.module.ready;
  });
  after(() => proxy.close());

  describe('questions of the child', () => {
    it('end the exchange with input_required, and the answer goes on with the call', async () => {
      const first = resultOf(await client.call('sample', { prompt: 'why' }, SAMPLING));
      expect(first.resultType).to.equal('input_required');
      const [[key, asked] = []] = Object.entries(first.inputRequests ?? {});
      expect(asked?.method).to.equal('sampling/createMessage');
      expect(JSON.stringify(asked?.params)).to.include('why');
      const again = { inputResponses: { [key ?? '']: SAMPLE }, requestState: first.requestState };
      const second = await client.call('sample', { prompt: 'why' }, { ...SAMPLING, id: 'again' }, again);
      expect(second.messages[0]).to.include({ id: 'again' });
      expect(JSON.parse(textOf(second))).to.deep.equal(SAMPLE);
    });

    it('may come in several rounds, each with a state of its own', async () => {
      const answer = (text: string): object => ({ action: 'accept', content: { text } });
      const one = resultOf(await client.call('ask_twice', {}, ELICITATION));
      const [keyOne = ''] = Object.keys(one.inputRequests ?? {});
      const two = resultOf(
        await client.call('ask_twice', {}, ELICITATION, {
          inputResponses: { [keyOne]: answer('1') },
          requestState: one.requestState,
        }),
      );
      expect(two.requestState).not.to.equal(one.requestState);
      const [keyTwo = ''] = Object.keys(two.inputRequests ?? {});
      const three = await client.call('ask_twice', {}, ELICITATION, {
        inputResponses: { [keyTwo]: answer('2') },
        requestState: two.requestState,
      });
      expect(JSON.parse(textOf(three))).to.deep.equal([answer('1'), answer('2')]);
    });

    it('are asked again when the answer is missing or is none', async () => {
      let result = resultOf(await client.call('sample', { prompt: 'x' }, SAMPLING));
      const [key = ''] = Object.keys(result.inputRequests ?? {});
      for (const inputResponses of [{}, { other: SAMPLE }, { [key]: 7 }, { [key]: {} }, null]) {
        result = resultOf(
          await client.call('sample', { prompt: 'x' }, SAMPLING, {
            inputResponses,
            requestState: result.requestState,
          }),
        );
        expect(result.resultType).to.equal('input_required');
        expect(Object.keys(result.inputRequests ?? {})).to.deep.equal([key]);
      }
    });

    it('for what the client cannot do fail the call with -32021', async () => {
      const reply = await client.call('sample', { prompt: 'x' }, { id: 'cannot' });
      expect(reply.status).to.equal(400);
      expect(reply.messages[0]).to.include({ id: 'cannot' });
      expect(errorOf(reply.messages[0])).to.deep.nested.include({
        code: -32021,
        'data.requiredCapabilities': { sampling: {} },
      });
      const url = await client.call('ask_url', {}, ELICITATION);
      expect(errorOf(url.messages[0]).data['requiredCapabilities']).to.deep.equal({
        elicitation: { url: {} },
      });
    });

    describe('answered with a requestState', () => {
      const begin = async (
        principal: string,
      ): Promise<{ mine: ModernClient; state: string; key: string }> => {
        const mine = new ModernClient(() => proxy.url, principal);
        const { requestState = '', inputRequests = {} } = resultOf(
          await mine.call('sample', { prompt: 'x' }, SAMPLING),
        );
        return { mine, state: requestState, key: Object.keys(inputRequests)[0] ?? '' };
      };
      const refused = async (reply: Promise<Parameters<typeof resultOf>[0]>): Promise<void> => {
        expect(errorOf((await reply).messages[0]).code).to.equal(-32602);
      };

      it('that was changed are refused', async () => {
        const { mine, state, key } = await begin('local:s1');
        const inputResponses = { [key]: SAMPLE };
        const flipped = state.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
        for (const requestState of [`${state}x`, flipped, state.replace('.1.', '.2.'), '', 'x', 7]) {
          await refused(mine.call('sample', { prompt: 'x' }, SAMPLING, { inputResponses, requestState }));
        }
      });

      it('of another principal are refused', async () => {
        const { state, key } = await begin('local:s2');
        const thief = new ModernClient(() => proxy.url, 'local:s3');
        await refused(
          thief.call('sample', { prompt: 'x' }, SAMPLING, {
            inputResponses: { [key]: SAMPLE },
            requestState: state,
          }),
        );
      });

      it('of another call are refused', async () => {
        const { mine, state, key } = await begin('local:s4');
        const more = { inputResponses: { [key]: SAMPLE }, requestState: state };
        await refused(mine.call('sample', { prompt: 'y' }, SAMPLING, more));
        await refused(mine.call('ask_twice', { prompt: 'x' }, SAMPLING, more));
      });

      it('that was used are refused', async () => {
        const { mine, state, key } = await begin('local:s5');
        const more = { inputResponses: { [key]: SAMPLE }, requestState: state };
        expect((await mine.call('sample', { prompt: 'x' }, SAMPLING, more)).text).to.include('words');
        await refused(mine.call('sample', { prompt: 'x' }, SAMPLING, more));
      });

      it('are accepted whatever the order of the arguments', async () => {
        const mine = new ModernClient(() => proxy.url, 'local:s6');
        const { requestState, inputRequests = {} } = resultOf(
          await mine.call('sample', { prompt: 'x', extra: { a: 1, b: 2 } }, SAMPLING),
        );
        const [key = ''] = Object.keys(inputRequests);
        const more = { inputResponses: { [key]: SAMPLE }, requestState };
        const reply = await mine.call('sample', { extra: { b: 2, a: 1 }, prompt: 'x' }, SAMPLING, more);
        expect(textOf(reply)).to.include('words');
      });
    });

    it('that nobody answers give way when their process is needed', async () => {
      const mine = new ModernClient(() => proxy.url, 'local:forgetful');
      const states: unknown[] = [];
      for (let i = 0; i < 10; i++) {
        states.push(resultOf(await mine.call('sample', { prompt: String(i) }, SAMPLING)).requestState);
      }
      const [oldest, newest] = [states[0], states[9]];
      const answer = { inputResponses: { input_1: SAMPLE } };
      const late = await mine.call('sample', { prompt: '0' }, SAMPLING, { ...answer, requestState: oldest });
      expect(errorOf(late.messages[0]).code).to.equal(-32602);
      const inTime = await mine.call('sample', { prompt: '9' }, SAMPLING, {
        ...answer,
        requestState: newest,
      });
      expect(textOf(inTime)).to.include('words');
    });
  });
});
