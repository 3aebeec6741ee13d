import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { SignInCode } from '../../src/sign-in/code.ts';
import { GuessThrottle, type Verdict } from '../../src/sign-in/throttle.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { tempDir } from '../../../../test/support/temp-dir.ts';

describe('The sign-in code', () => {
  const { path, remove } = tempDir();
  let store: Store;
  let code: SignInCode;
  beforeEach(() => {
    store = openSqliteStore({ file: join(path, 'auth.sqlite'), now: Date.now });
    code = new SignInCode(store);
  });
  afterEach(async () => {
    await store.remove('SignInCode', 'local');
    await store.close();
  });
  after(remove);

  it('matches nothing before it is set', async () => {
    expect(await code.isSet()).to.equal(false);
    expect(await code.matches('')).to.equal(false);
  });

  it('matches without regard to case, dashes and spaces', async () => {
    await code.set('abcd-EFGH-2345');
    for (const attempt of ['abcd-EFGH-2345', 'ABCDEFGH2345', ' abcd efgh 2345 ', 'abcd–efgh–2345']) {
      expect(await code.matches(attempt), attempt).to.equal(true);
    }
  });

  it('matches nothing else', async () => {
    await code.set('abcd-EFGH-2345');
    for (const attempt of ['', 'abcd', 'abcd-EFGH-2346', 'abcd-EFGH-23455']) {
      expect(await code.matches(attempt), attempt).to.equal(false);
    }
  });

  it('ends with the next one', async () => {
    await code.set('first-code');
    await code.set('second-code');
    expect(await code.matches('first-code')).to.equal(false);
    expect(await code.matches('second-code')).to.equal(true);
  });

  it('is not taken when it is nearly nothing', async () => {
    expect(await code.set('a-b-c----')).to.equal(false);
    expect(await code.isSet()).to.equal(false);
  });

  it('is kept as a salted hash, another one each time', async () => {
    await code.set('abcd-EFGH-2345');
    const first = (await store.get('SignInCode', 'local'))?.payload;
    await code.set('abcd-EFGH-2345');
    const second = (await store.get('SignInCode', 'local'))?.payload;
    expect(JSON.stringify(first)).not.to.match(/abcd|efgh|2345/i);
    expect(second?.['hash']).not.to.equal(first?.['hash']);
  });
});

describe('Wrong guesses', () => {
  let now: number;
  let throttle: GuessThrottle;
  beforeEach(() => {
    now = 1_800_000_000_000;
    throttle = new GuessThrottle(() => now);
  });
  const right = (address: string) => throttle.guess(address, () => Promise.resolve(true));
  const wrong = (address: string) => throttle.guess(address, () => Promise.resolve(false));
  const waitOf = (verdict: Verdict): number => (typeof verdict === 'object' ? verdict.wait : 0);
  /** Guesses wrongly as often as it may, as fast as it may. */
  const guess = async (address: string, times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      const wait = waitOf(await wrong(address));
      if (wait > 0) {
        now += wait * 1000;
        expect(await wrong(address)).to.equal('wrong');
      }
    }
  };

  it('are free three times, then cost twice as long each time, half a minute at most', async () => {
    const waits: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const wait = waitOf(await wrong('a'));
      waits.push(wait);
      if (wait > 0) {
        now += wait * 1000;
        await wrong('a');
      }
    }
    expect(waits).to.deep.equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
  });

  it('are not made longer by asking again too early', async () => {
    await guess('a', 4);
    const wait = waitOf(await wrong('a'));
    expect(await wrong('a')).to.deep.equal({ wait });
    now += wait * 1000;
    expect(await wrong('a')).to.equal('wrong');
  });

  it('at the same time are heard one after another, and no more of them than otherwise', async () => {
    let comparing = 0;
    let most = 0;
    const slowly = async (): Promise<boolean> => {
      comparing += 1;
      most = Math.max(most, comparing);
      await setImmediate();
      comparing -= 1;
      return false;
    };
    const verdicts = await Promise.all(Array.from({ length: 60 }, () => throttle.guess('a', slowly)));
    expect(most).to.equal(1);
    expect(verdicts.filter((it) => it === 'wrong')).to.have.length(4);
    expect(verdicts.slice(4).every((it) => waitOf(it) === 1)).to.equal(true);
  });

  it('wait for their turn up to a bound, and beyond it are told to come again', async () => {
    let compared = 0;
    const slowly = async (): Promise<boolean> => {
      compared += 1;
      await setImmediate();
      return true;
    };
    const verdicts = await Promise.all(Array.from({ length: 70 }, () => throttle.guess('a', slowly)));
    expect(verdicts.slice(0, 64)).to.deep.equal(Array<Verdict>(64).fill('right'));
    expect(verdicts.slice(64)).to.deep.equal(Array<Verdict>(6).fill({ wait: 1 }));
    expect(compared).to.equal(64);
    expect(await right('a')).to.equal('right');
  });

  it('that cannot be compared count as nothing and hold nobody up', async () => {
    const broken = (): Promise<boolean> => Promise.reject(new Error('the disk is gone'));
    const failed = await Promise.allSettled(Array.from({ length: 10 }, () => throttle.guess('a', broken)));
    expect(failed.every(({ status }) => status === 'rejected')).to.equal(true);
    expect(await right('a')).to.equal('right');
  });

  it('of one address do not slow another', async () => {
    await guess('a', 8);
    expect(await right('b')).to.equal('right');
  });

  it('from many addresses slow all of them together', async () => {
    for (let i = 0; i < 31; i += 1) await wrong(`many-${i}`);
    expect(waitOf(await right('fresh'))).to.be.within(1, 30);
  });

  it('never keep out who has waited as long as told, however many others guess', async () => {
    for (let i = 0; i < 40; i += 1) await guess(`many-${i}`, 1);
    const wait = waitOf(await right('owner'));
    expect(wait).to.be.within(1, 30);
    now += wait * 1000;
    await wrong('many-new');
    expect(await right('owner')).to.equal('right');
  });

  it('are forgiven by the right one', async () => {
    await guess('a', 6);
    now += 30_000;
    expect(await right('a')).to.equal('right');
    expect([await wrong('a'), await wrong('a')]).to.deep.equal(['wrong', 'wrong']);
  });

  it('are forgotten after a quarter of an hour without any', async () => {
    await guess('a', 10);
    now += 15 * 60_000 + 30_000;
    expect([await wrong('a'), await wrong('a'), await wrong('a')]).to.deep.equal(['wrong', 'wrong', 'wrong']);
  });
});
