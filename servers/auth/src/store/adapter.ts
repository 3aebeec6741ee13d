import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { digest } from '../digest.ts';
import { hashClientSecret } from '../client-secret.ts';
import type { Payload, Store, StoredRecord } from './store.ts';

/** Kinds whose id is itself the credential: it is kept as a hash only. */
const SECRET_IDS: ReadonlySet<string> = new Set([
  'AuthorizationCode',
  'Interaction',
  'PushedAuthorizationRequest',
  'RefreshToken',
  'RegistrationAccessToken',
  'Session',
]);

/** Kinds that a grant has given and that go when it goes. */
const GRANTED: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** A client's last use is written down at most this often. Milliseconds. */
const TOUCH_INTERVAL_MS = 60 * 60 * 1000;

export interface AdapterOptions {
  store: Store;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Seconds a registration is kept after its last use; 0: for ever. */
  clientLifetime: number;
  /** What stands before an access token's id where the library looks one up (tokens.ts). */
  accessTokenPrefix: string;
}

/** Whether a record still counts. */
export const isLive = (record: StoredRecord, now: number): boolean =>
  record.revokedAt === undefined && (record.expiresAt === undefined || record.expiresAt > now);

/** The key under which a credential is kept. */
export const keyOf = (kind: string, id: string): string => (SECRET_IDS.has(kind) ? digest(id) : id);

/** The library's storage on ours: keys hashed, consumption exactly once, clients kept by last use. */
export function createAdapterFactory(options: AdapterOptions): AdapterFactory {
  return (kind) => (kind === 'Client' ? clientAdapter(options) : modelAdapter(kind, options));
}

function modelAdapter(kind: string, { store, now, accessTokenPrefix }: AdapterOptions): Adapter {
  const load = (record: StoredRecord | undefined, id: string | undefined): AdapterPayload | undefined => {
    if (record === undefined || !isLive(record, now())) return undefined;
    return {
      ...record.payload,
      ...(id !== undefined && { jti: id }),
      ...(record.consumedAt !== undefined && { consumed: Math.floor(record.consumedAt / 1000) }),
    };
  };
  return {
    async upsert(id, payload, expiresIn) {
      const { grantId, clientId, uid } = payload;
      const draft = {
        payload: withoutSecrets(kind, payload),
        expiresAt: expiryOf(payload, expiresIn, now()),
        ...(grantId !== undefined && GRANTED.has(kind) && { grantId }),
        ...(clientId !== undefined && { clientId }),
        ...(uid !== undefined && kind === 'Session' && { uid }),
      };
      if (kind !== 'ReplayDetection') return store.put(kind, keyOf(kind, id), draft);
      // The library looks first and saves then: of two at once, one must lose here (RFC 7523 section 3, jti).
      if (!(await store.add(kind, id, draft)))
        throw new errors.InvalidClientAuth('assertion was used already');
    },
    async find(id) {
      if (kind !== 'AccessToken') return load(await store.get(kind, keyOf(kind, id)), id);
      if (!id.startsWith(accessTokenPrefix)) return undefined;
      const jti = id.slice(accessTokenPrefix.length);
      return load(await store.get(kind, jti), jti);
    },
    findByUid: async (uid) => load(await store.getByUid(kind, uid), undefined),
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      if (!(await store.consume(kind, keyOf(kind, id)))) throw new errors.InvalidGrant('was used already');
    },
    destroy: (id) => store.remove(kind, keyOf(kind, id)),
    revokeByGrantId: (grantId) => store.removeByGrant(kind, grantId),
  };
}

function clientAdapter({ store, now, clientLifetime }: AdapterOptions): Adapter {
  const expiry = (): number | undefined => (clientLifetime === 0 ? undefined : now() + clientLifetime * 1000);
  return {
    upsert: (id, payload) =>
      store.put('Client', id, { payload: hashClientSecret(payload), expiresAt: expiry() }),
    async find(id) {
      const record = await store.get('Client', id);
      if (record === undefined || !isLive(record, now())) return undefined;
      if (now() - record.usedAt > TOUCH_INTERVAL_MS) await store.touch('Client', id, expiry());
      return record.payload;
    },
    destroy: (id) => store.removeClient(id),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    consume: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
  };
}

/** Neither a credential's own value nor the session's, which the library notes down with an interaction, is kept. */
function withoutSecrets(kind: string, payload: AdapterPayload): Payload {
  const { jti, session, ...rest } = payload;
  return {
    ...rest,
    ...(session && { session: { ...session, cookie: undefined } }),
    ...(!SECRET_IDS.has(kind) && { jti }),
  };
}

function expiryOf(payload: AdapterPayload, expiresIn: number | undefined, now: number): number | undefined {
  if (payload.exp !== undefined) return payload.exp * 1000;
  return expiresIn === undefined ? undefined : now + expiresIn * 1000;
}
