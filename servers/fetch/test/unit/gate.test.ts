import { expect } from 'chai';
import { createGate } from '../../src/gate.ts';

describe('the gate of fetches', () => {
  it('lets so many through at a time, of each and of all', async () => {
    const gate = createGate(3, 2);
    const { promise: held, resolve } = Promise.withResolvers<undefined>();
    const enter = (principal: string): Promise<string> =>
      gate(principal, () => held).then(
        () => 'done',
        (error: unknown) => (error as Error).message,
      );
    const entered = [enter('a'), enter('a')];
    expect(await enter('a')).to.include('Too many');
    entered.push(enter('b'));
    expect(await enter('c')).to.include('Too many');
    resolve(undefined);
    expect(await Promise.all(entered)).to.deep.equal(['done', 'done', 'done']);
    expect(await enter('c')).to.equal('done');
  });

  it('is left by work that fails as well', async () => {
    const gate = createGate(1, 1);
    const failing = (): Promise<string> =>
      gate('a', () => Promise.reject(new Error('no'))).catch((error: unknown) => (error as Error).message);
    expect(await failing()).to.equal('no');
    expect(await failing()).to.equal('no');
  });
});
