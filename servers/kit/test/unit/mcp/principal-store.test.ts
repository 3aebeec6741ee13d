import { expect } from 'chai';
import { createPrincipalStore, type PrincipalStore } from '../../../src/mcp/index.ts';

describe('the principal store', () => {
  let now: number;
  let ended: string[];
  let store: PrincipalStore<string>;

  beforeEach(() => {
    now = 1000;
    ended = [];
    store = createPrincipalStore(
      { entries: 4, entriesPerPrincipal: 2, idleMs: 100, maxMs: 250 },
      (entry) => ended.push(entry.value),
      () => now,
    );
  });
  afterEach(() => store.close());

  const open = (principal: string, value: string) => store.open(principal, value)!;

  it('finds an entry for its principal, and for nobody else', () => {
    const { id } = open('ada', 'a');
    expect(store.find(id, 'ada')).to.include({ value: 'a', createdAt: 1000 });
    expect(store.find(id, 'bob')).to.equal(undefined);
    expect(store.find(id, '')).to.equal(undefined);
    expect(store.find('made-up', 'ada')).to.equal(undefined);
  });

  it('ends an entry that nobody has used for the idle time', () => {
    const { id } = open('ada', 'a');
    now += 99;
    expect(store.find(id, 'ada')).not.to.equal(undefined);
    now += 99;
    expect(store.find(id, 'ada')).not.to.equal(undefined);
    now += 100;
    expect(store.find(id, 'ada')).to.equal(undefined);
    expect(ended).to.deep.equal(['a']);
  });

  it('ends an entry at its greatest age, however busy it is', () => {
    const entry = open('ada', 'a');
    entry.uses = 1;
    now += 249;
    expect(store.find(entry.id, 'ada')).not.to.equal(undefined);
    now += 1;
    expect(store.find(entry.id, 'ada')).to.equal(undefined);
  });

  it('does not take an entry in use for idle', () => {
    const entry = open('ada', 'a');
    entry.uses = 1;
    now += 200;
    expect(store.find(entry.id, 'ada')).not.to.equal(undefined);
  });

  it('gives up what a principal over its share has not used for longest', () => {
    const first = open('ada', 'first');
    now += 1;
    open('ada', 'second');
    now += 1;
    store.find(first.id, 'ada');
    now += 1;
    open('ada', 'third');
    expect(ended).to.deep.equal(['second']);
    expect(store.list('ada').map((it) => it.value)).to.deep.equal(['first', 'third']);
  });

  it('refuses a new principal when it is full with the entries of others', () => {
    for (const [principal, value] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
      ['b', '4'],
    ] as const)
      open(principal, value);
    expect(store.open('c', '5')).to.equal(undefined);
    expect(ended).to.deep.equal([]);
  });

  it('makes room from entries that are over', () => {
    for (const [principal, value] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
      ['b', '4'],
    ] as const)
      open(principal, value);
    now += 100;
    expect(store.open('c', '5')).not.to.equal(undefined);
    expect(store.size).to.equal(1);
  });

  it('tells of each end once', () => {
    const { id } = open('ada', 'a');
    open('bob', 'b');
    store.end(id);
    store.end(id);
    store.close();
    expect(ended).to.deep.equal(['a', 'b']);
    expect(store.size).to.equal(0);
  });
});
