import { join } from 'node:path';
import { expect } from 'chai';
import { SignInCode } from '../../src/sign-in/code.ts';
import { GuessThrottle } from '../../src/sign-in/throttle.ts';
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
  /** Guesses wrongly as often as it may, as fast as it may. */
  const guess = (address: string, times: number): void => {
    for (let i = 0; i < times; i += 1) {
      const wait = throttle.attempt(address);
      if (wait > 0) {
        now += wait * 1000;
        expect(throttle.attempt(address)).to.equal(0);
      }
    }
  };

  it('are free three times, then cost twice as long each time, half a minute at most', () => {
    const waits: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const wait = throttle.attempt('a');
      waits.push(wait);
      if (wait > 0) {
        now += wait * 1000;
        throttle.attempt('a');
      }
    }
    expect(waits).to.deep.equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
  });

  it('are not made longer by asking again too early', () => {
    guess('a', 4);
    const wait = throttle.attempt('a');
    expect(throttle.attempt('a')).to.equal(wait);
    now += wait * 1000;
    expect(throttle.attempt('a')).to.equal(0);
  });

  it('at the same time are counted before any of them is compared', () => {
    const answers = Array.from({ length: 100 }, () => throttle.attempt('a'));
    expect(answers.filter((wait) => wait === 0)).to.have.length(4);
  });

  it('of one address do not slow another', () => {
    guess('a', 8);
    expect(throttle.attempt('b')).to.equal(0);
  });

  it('from many addresses slow all of them together', () => {
    for (let i = 0; i < 31; i += 1) throttle.attempt(`many-${i}`);
    expect(throttle.attempt('fresh')).to.be.within(1, 30);
  });

  it('never keep out who has waited as long as told, however many others guess', () => {
    for (let i = 0; i < 40; i += 1) guess(`many-${i}`, 1);
    const wait = throttle.attempt('owner');
    expect(wait).to.be.within(1, 30);
    now += wait * 1000;
    throttle.attempt('many-new');
    expect(throttle.attempt('owner')).to.equal(0);
  });

  it('are forgiven by the right one', () => {
    guess('a', 6);
    now += 30_000;
    expect(throttle.attempt('a')).to.equal(0);
    throttle.succeed('a');
    expect(throttle.attempt('a')).to.equal(0);
    expect(throttle.attempt('a')).to.equal(0);
  });

  it('are forgotten after a quarter of an hour without any', () => {
    guess('a', 10);
    now += 15 * 60_000 + 30_000;
    const answers = Array.from({ length: 3 }, () => throttle.attempt('a'));
    expect(answers).to.deep.equal([0, 0, 0]);
  });
});
