import { readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { tempDir } from '../../../../test/support/temp-dir.ts';
import { describeStore } from './store-contract.ts';

describeStore('SQLite', () => {
  const { path, remove } = tempDir();
  const clock = { now: 1_800_000_000_000 };
  const open = () => openSqliteStore({ file: join(path, 'data', 'auth.sqlite'), now: () => clock.now });
  let store = open();
  return Promise.resolve({
    store,
    clock,
    reopen: async () => {
      await store.close();
      store = open();
      return store;
    },
    close: async () => {
      await store.close();
      remove();
    },
  });
});

describe('The SQLite store', () => {
  const { path, remove } = tempDir();
  after(remove);
  const file = join(path, 'data', 'auth.sqlite');
  const now = () => 1_800_000_000_000;

  it('can be read by its owner only, in every file', async () => {
    const store = openSqliteStore({ file, now });
    await store.put('Client', 'c', { payload: {}, expiresAt: undefined });
    const modes = readdirSync(join(path, 'data')).map(
      (name) => statSync(join(path, 'data', name)).mode & 0o777,
    );
    expect(modes).to.have.length(3);
    expect(new Set(modes)).to.deep.equal(new Set([0o600]));
    expect(statSync(join(path, 'data')).mode & 0o777).to.equal(0o700);
    await store.close();
  });

  it('is shared by two openers, who see each other at once', async () => {
    const one = openSqliteStore({ file, now });
    const two = openSqliteStore({ file, now });
    await one.put('AuthorizationCode', 'shared', { payload: {}, expiresAt: undefined });
    const won = await Promise.all(
      [one, two, one, two].map((it) => it.consume('AuthorizationCode', 'shared')),
    );
    expect(won.filter(Boolean)).to.have.length(1);
    await one.close();
    await two.close();
  });

  it('refuses a layout that it does not know, in words', () => {
    const other = join(path, 'other.sqlite');
    const database = new DatabaseSync(other);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openSqliteStore({ file: other, now })).to.throw(
      /another version of mcpgw.*99.*Update mcpgw/,
    );
  });

  describe('names a file that it cannot read, says what to do, and leaves it as it is:', () => {
    const broken = join(path, 'broken', 'auth.sqlite');
    const made = async (): Promise<void> => openSqliteStore({ file: broken, now }).close();

    for (const [what, spoil] of [
      ['garbage', () => writeFileSync(broken, 'garbage '.repeat(1000))],
      ['short garbage', () => writeFileSync(broken, 'garbage')],
      ['half of one', () => truncateSync(broken, 6000)],
      [
        'one that was overwritten in part',
        () => {
          const bytes = readFileSync(broken);
          writeFileSync(broken, bytes.fill(0xff, 100, 4096));
        },
      ],
      [
        'the database of another program',
        () => {
          writeFileSync(broken, '');
          const database = new DatabaseSync(broken);
          database.exec(
            'PRAGMA journal_mode = WAL; CREATE TABLE records (id TEXT); PRAGMA user_version = 1;',
          );
          database.close();
        },
      ],
    ] as const) {
      it(what, async () => {
        rmSync(join(path, 'broken'), { recursive: true, force: true });
        await made();
        spoil();
        const before = readFileSync(broken);
        expect(() => openSqliteStore({ file: broken, now })).to.throw(
          Error,
          new RegExp(
            `^${broken} is damaged or no database of mcpgw \\(.+\\)\\. Restore it from a backup, or delete it`,
          ),
        );
        expect(readFileSync(broken).equals(before)).to.equal(true);
      });
    }
  });

  it('says so when another program holds the file', async () => {
    await openSqliteStore({ file, now }).close();
    const other = new DatabaseSync(file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    expect(() => openSqliteStore({ file, now }))
      .to.throw(`${file} is held by another program`)
      .with.nested.property('cause.errcode', 5);
    other.close();
  }).timeout(10_000);

  it('throws when the file cannot be had', () => {
    expect(() => openSqliteStore({ file: join(path, 'data'), now })).to.throw(/EISDIR/);
  });

  it('keeps the newest of what anybody can create', async () => {
    let time = now();
    const store = openSqliteStore({ file: join(path, 'flood.sqlite'), now: () => time, openKindBound: 100 });
    for (let i = 0; i < 110; i += 1) {
      time += 1;
      await store.put('Interaction', `i${i}`, { payload: {}, expiresAt: time + 1_000_000 });
    }
    await store.sweep();
    expect(await store.get('Interaction', 'i9')).to.equal(undefined);
    expect(await store.get('Interaction', 'i10')).not.to.equal(undefined);
    await store.close();
  });
});
