import { expect } from 'chai';
import { Bag, RisingTable } from '../../src/in-flight.ts';

describe('a table of what is in flight', () => {
  it('gives numbers that only rise, and values back under them', () => {
    const table = new RisingTable<string>();
    const ids = ['a', 'b', 'c'].map((value) => table.add(value));
    expect(ids).to.deep.equal([1, 2, 3]);
    expect(table.get(2)).to.equal('b');
    expect(table.take(2)).to.equal('b');
    expect([table.get(2), table.take(2), table.size]).to.deep.equal([undefined, undefined, 2]);
    expect(table.entries()).to.have.deep.members([
      [1, 'a'],
      [3, 'c'],
    ]);
  });

  it('never takes one number for another, whatever stays behind', () => {
    const table = new RisingTable<number>();
    const mirror = new Map<number, number>();
    let last = 0;
    for (let i = 0; i < 5_000; i++) {
      const id = table.add(i);
      expect(id).to.be.greaterThan(last);
      last = id;
      mirror.set(id, i);
      // Most leave at once, some stay, a few leave late.
      const leaving = i % 7 === 0 ? [...mirror.keys()][i % mirror.size] : i % 3 === 0 ? undefined : id;
      if (leaving !== undefined) {
        expect(table.take(leaving)).to.equal(mirror.get(leaving));
        mirror.delete(leaving);
      }
    }
    expect(table.size).to.equal(mirror.size);
    expect(new Map(table.entries())).to.deep.equal(mirror);
  });

  it('knows nothing of numbers that were never given, or are none', () => {
    const table = new RisingTable<number>();
    table.add(1);
    for (const id of [0, -1, 17, 1.5, NaN, Infinity, 2 ** 53]) expect(table.take(id)).to.equal(undefined);
    expect(table.size).to.equal(1);
  });
});

describe('a bag of what is in flight', () => {
  const member = (name: string): { name: string; place: number } => ({ name, place: 0 });

  it('holds its members until they are taken out, once', () => {
    const [a, b, c, stranger] = [member('a'), member('b'), member('c'), member('d')];
    const bag = new Bag<ReturnType<typeof member>>();
    for (const one of [a, b, c]) bag.add(one);
    expect(bag.has(stranger)).to.equal(false);
    expect([bag.delete(a), bag.delete(a), bag.delete(stranger)]).to.deep.equal([true, false, false]);
    expect([...bag].map(({ name }) => name)).to.have.members(['b', 'c']);
    expect([bag.delete(c), bag.delete(b), bag.size]).to.deep.equal([true, true, 0]);
  });
});
