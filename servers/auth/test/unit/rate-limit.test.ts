import { expect } from 'chai';
import { addressKey, BoundedMap, RateLimit } from '../../src/rate-limit.ts';

describe('An address', () => {
  for (const [address, key] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1', 'fe80:0:0:0'],
    [undefined, 'unknown'],
  ]) {
    it(`${address} counts as ${key}`, () => expect(addressKey(address)).to.equal(key));
  }
});

describe('The rate limit', () => {
  let now: number;
  let limit: RateLimit;
  beforeEach(() => {
    now = 1_800_000_000_000;
    limit = new RateLimit(3, () => now);
  });
  const take = (times: number, address = 'a'): number[] =>
    Array.from({ length: times }, () => limit.take(address));

  it('lets so many pass a minute and tells the next how long to wait', () => {
    expect(take(3)).to.deep.equal([0, 0, 0]);
    now += 20_500;
    expect(take(1)).to.deep.equal([40]);
  });

  it('lets pass after the wait that it told', () => {
    const [, , , wait] = take(4);
    now += wait! * 1000;
    expect(take(1)).to.deep.equal([0]);
  });

  it('counts each address by itself', () => {
    take(4);
    expect(take(1, 'b')).to.deep.equal([0]);
  });
});

describe('The bounded map', () => {
  it('forgets the longest unset', () => {
    const map = new BoundedMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).to.deep.equal([3, undefined, 4]);
  });
});
