import { expect } from 'chai';
import type { RecordDraft, Store } from '../../src/store/store.ts';

export interface StoreUnderTest {
  store: Store;
  /** The clock the store looks at. */
  clock: { now: number };
  /** Ends the store and opens the same data anew. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

const MINUTE = 60_000;

const draft = (more: Partial<RecordDraft> = {}): RecordDraft => ({
  payload: { some: 'thing' },
  expiresAt: undefined,
  ...more,
});

/** What every adapter of the storage port must do. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`The storage port on ${name}`, () => {
    let under: StoreUnderTest;
    let store: Store;
    let now: number;

    beforeEach(async () => {
      under = await open();
      ({ store } = under);
      ({ now } = under.clock);
    });
    afterEach(() => under.close());

    const token = (jti: string, more: Partial<RecordDraft> = {}): Promise<void> =>
      store.put('AccessToken', jti, draft({ expiresAt: now + MINUTE, ...more }));
    const told = (): string[] => {
      const ids: string[] = [];
      store.subscribe((jti) => ids.push(jti));
      return ids;
    };

    it('gives back what was put', async () => {
      await store.put(
        'Session',
        'a',
        draft({ payload: { text: 'ä"\'', deep: { n: 1 } }, expiresAt: now + 5 }),
      );
      const record = await store.get('Session', 'a');
      expect(record).to.deep.equal({
        payload: { text: 'ä"\'', deep: { n: 1 } },
        createdAt: now,
        usedAt: now,
        expiresAt: now + 5,
        consumedAt: undefined,
        revokedAt: undefined,
      });
    });

    it('keeps kinds apart', async () => {
      await store.put('Session', 'a', draft());
      expect(await store.get('Interaction', 'a')).to.equal(undefined);
    });

    it('replaces the payload and leaves what was consumed consumed', async () => {
      await store.put('AuthorizationCode', 'a', draft());
      await store.consume('AuthorizationCode', 'a');
      await store.put('AuthorizationCode', 'a', draft({ payload: { other: 1 } }));
      const record = await store.get('AuthorizationCode', 'a');
      expect(record?.payload).to.deep.equal({ other: 1 });
      expect(record?.consumedAt).to.equal(now);
    });

    it('adds once', async () => {
      const added = await Promise.all(
        Array.from({ length: 20 }, () => store.add('ReplayDetection', 'a', draft())),
      );
      expect(added.filter(Boolean)).to.have.length(1);
    });

    it('is consumed by exactly one of twenty at once', async () => {
      await store.put('AuthorizationCode', 'a', draft());
      const won = await Promise.all(
        Array.from({ length: 20 }, () => store.consume('AuthorizationCode', 'a')),
      );
      expect(won.filter(Boolean)).to.have.length(1);
    });

    it('does not consume what is not there', async () => {
      expect(await store.consume('AuthorizationCode', 'a')).to.equal(false);
    });

    it('finds by uid, after it has changed too', async () => {
      await store.put('Session', 'a', draft({ uid: 'one' }));
      await store.put('Session', 'a', draft({ uid: 'two' }));
      expect(await store.getByUid('Session', 'one')).to.equal(undefined);
      expect((await store.getByUid('Session', 'two'))?.payload).to.deep.equal({ some: 'thing' });
    });

    it('moves the expiry with the use', async () => {
      await store.put('Client', 'a', draft({ expiresAt: now + MINUTE }));
      under.clock.now += 1000;
      await store.touch('Client', 'a', now + 2 * MINUTE);
      const record = await store.get('Client', 'a');
      expect(record).to.include({ usedAt: now + 1000, expiresAt: now + 2 * MINUTE });
    });

    describe('access tokens', () => {
      it('are active until they expire', async () => {
        await token('t');
        expect(await store.isActive('t')).to.equal(true);
        under.clock.now += MINUTE;
        expect(await store.isActive('t')).to.equal(false);
      });

      it('are not active when nobody has made them', async () => {
        expect(await store.isActive('t')).to.equal(false);
      });

      it('are told of once when they are revoked, and stay known as revoked', async () => {
        const ids = told();
        await token('t');
        await store.remove('AccessToken', 't');
        await store.remove('AccessToken', 't');
        expect(ids).to.deep.equal(['t']);
        expect(await store.isActive('t')).to.equal(false);
        expect((await store.get('AccessToken', 't'))?.revokedAt).to.equal(now);
      });

      it('are told of before the revoking call returns', async () => {
        await token('t');
        let known = false;
        store.subscribe(() => {
          known = true;
        });
        await store.remove('AccessToken', 't');
        expect(known).to.equal(true);
      });

      it('are no longer told of to who has left', async () => {
        const ids: string[] = [];
        const leave = store.subscribe((jti) => ids.push(jti));
        await token('t');
        leave();
        await store.remove('AccessToken', 't');
        expect(ids).to.deep.equal([]);
      });

      it('are listed newest first, without the revoked and the expired', async () => {
        for (const jti of ['a', 'b', 'c', 'd']) {
          under.clock.now += 1000;
          await token(jti, { expiresAt: jti === 'b' ? under.clock.now + 1 : now + MINUTE });
        }
        await store.remove('AccessToken', 'c');
        expect((await store.listTokens(10)).map(({ jti }) => jti)).to.deep.equal(['d', 'a']);
        expect((await store.listTokens(1)).map(({ jti }) => jti)).to.deep.equal(['d']);
      });
    });

    describe('a grant', () => {
      beforeEach(() => store.put('Grant', 'g', draft()));

      it('takes its tokens with it and tells of each', async () => {
        const ids = told();
        await token('one', { grantId: 'g' });
        await token('two', { grantId: 'g' });
        await token('other');
        await store.removeByGrant('AccessToken', 'g');
        expect(ids.sort()).to.deep.equal(['one', 'two']);
        expect(await store.isActive('other')).to.equal(true);
      });

      it('loses one kind at a time', async () => {
        await store.put('RefreshToken', 'r', draft({ grantId: 'g' }));
        await store.put('AuthorizationCode', 'c', draft({ grantId: 'g' }));
        await store.removeByGrant('RefreshToken', 'g');
        expect(await store.get('RefreshToken', 'r')).to.equal(undefined);
        expect(await store.get('AuthorizationCode', 'c')).not.to.equal(undefined);
      });

      it('gives nothing any more once it is gone', async () => {
        await store.remove('Grant', 'g');
        await token('late', { grantId: 'g' });
        await store.put('RefreshToken', 'late', draft({ grantId: 'g' }));
        expect(await store.isActive('late')).to.equal(false);
        expect(await store.get('RefreshToken', 'late')).to.equal(undefined);
      });
    });

    it('removes a client with all that was given to it, and nothing else', async () => {
      const ids = told();
      await store.put('Client', 'c', draft());
      await store.put('Grant', 'g', draft({ clientId: 'c' }));
      await store.put('RefreshToken', 'r', draft({ grantId: 'g', clientId: 'c' }));
      await store.put('RegistrationAccessToken', 'x', draft({ clientId: 'c' }));
      await token('t', { grantId: 'g', clientId: 'c' });
      await token('kept', { clientId: 'other' });
      await store.removeClient('c');
      for (const [kind, key] of Object.entries({
        Client: 'c',
        Grant: 'g',
        RefreshToken: 'r',
        RegistrationAccessToken: 'x',
      })) {
        expect(await store.get(kind, key), kind).to.equal(undefined);
      }
      expect(ids).to.deep.equal(['t']);
      expect(await store.isActive('kept')).to.equal(true);
    });

    describe('a sweep', () => {
      it('removes what has expired and leaves the rest', async () => {
        await store.put('Interaction', 'old', draft({ expiresAt: now + 1 }));
        await store.put('Interaction', 'new', draft({ expiresAt: now + MINUTE }));
        await store.put('Grant', 'eternal', draft());
        under.clock.now += 1;
        await store.sweep();
        expect(await store.get('Interaction', 'old')).to.equal(undefined);
        expect(await store.get('Interaction', 'new')).not.to.equal(undefined);
        expect(await store.get('Grant', 'eternal')).not.to.equal(undefined);
      });

      it('ends the tokens of a client that has expired', async () => {
        const ids = told();
        await store.put('Client', 'c', draft({ expiresAt: now + 1 }));
        await token('t', { clientId: 'c' });
        under.clock.now += 1;
        await store.sweep();
        expect(ids).to.deep.equal(['t']);
      });
    });

    it('has everything after it was closed and opened again', async () => {
      await store.put('Client', 'c', draft({ payload: { client_id: 'c' } }));
      await store.put('AuthorizationCode', 'a', draft());
      await store.consume('AuthorizationCode', 'a');
      await token('t');
      await store.remove('AccessToken', 't');
      store = await under.reopen();
      expect((await store.get('Client', 'c'))?.payload).to.deep.equal({ client_id: 'c' });
      expect(await store.consume('AuthorizationCode', 'a')).to.equal(false);
      expect(await store.isActive('t')).to.equal(false);
    });

    it('refuses after it was closed', async () => {
      await store.close();
      const outcome = await store.get('Client', 'c').then(
        () => 'answered',
        () => 'refused',
      );
      expect(outcome).to.equal('refused');
    });

    it('takes keys as they are, whatever they hold', async () => {
      for (const key of ["'; DROP TABLE records; --", '__proto__', 'ключ', '%']) {
        await store.put('Client', key, draft({ payload: { key } }));
        expect((await store.get('Client', key))?.payload['key']).to.equal(key);
      }
    });
  });
}
