import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { SCHEMA, SCHEMA_VERSION, SQL } from './sqlite-schema.ts';
import type { Payload, RecordDraft, Store, StoredRecord, TokenRecord } from './store.ts';

/** Records of one kind that anybody can create without signing in. */
const OPEN_KINDS = ['Interaction', 'Session', 'PushedAuthorizationRequest', 'ReplayDetection'];
const OPEN_KIND_BOUND = 20_000;
/** Rows that one sweep removes of each sort, so that it never holds up requests for long. */
const SWEEP_LIMIT = 2000;
/** How long another process may hold the database. Milliseconds. */
const BUSY_TIMEOUT_MS = 2000;
const WAL_BYTES = 16 * 1024 * 1024;

type Advice = readonly [what: string, next: string];

const DAMAGED: Advice = [
  'is damaged or no database of mcpgw',
  'Restore it from a backup, or delete it with its -wal and -shm files: a new one is made, and everybody signs in again.',
];
/** What to say of primary result codes at the start: ERROR, BUSY, READONLY, CORRUPT, FULL and NOTADB. */
const FAULTS: ReadonlyMap<number, Advice> = new Map<number, Advice>([
  [1, DAMAGED],
  [5, ['is held by another program', 'End that program.']],
  [8, ['cannot be written', 'Make it writable.']],
  [11, DAMAGED],
  [13, ['cannot grow, for the disk is full', 'Free some space.']],
  [26, DAMAGED],
]);

export interface SqliteStoreOptions {
  /** Created with mode 0600 when absent, its folder with 0700. */
  file: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Records of each such kind that a sweep leaves. */
  openKindBound?: number;
}

/**
 * The store on one machine: SQLite in WAL mode. Every method is one statement or one transaction, and runs to its end
 * before any other code of this process does.
 * @throws Error when the file cannot be opened, is damaged or of another version; it names the file and what to do
 */
export function openSqliteStore({ file, now, openKindBound = OPEN_KIND_BOUND }: SqliteStoreOptions): Store {
  const database = open(file);
  const statements = new Map<keyof typeof SQL, StatementSync>();
  const listeners = new Set<(jti: string) => void>();

  const prepared = (name: keyof typeof SQL): StatementSync => {
    let statement = statements.get(name);
    if (statement === undefined) {
      statement = database.prepare(SQL[name]);
      statements.set(name, statement);
    }
    return statement;
  };
  const run = (name: keyof typeof SQL, values: Record<string, SQLInputValue>): number =>
    Number(prepared(name).run(values).changes);
  const all = (name: keyof typeof SQL, values: Record<string, SQLInputValue>): Row[] =>
    prepared(name).all(values);
  const one = (name: keyof typeof SQL, values: Record<string, SQLInputValue>): StoredRecord | undefined => {
    const row = prepared(name).get(values) as Row | undefined;
    return row && toRecord(row);
  };
  const revoke = (
    name: 'revokeToken' | 'revokeByGrant' | 'revokeOfClient',
    values: Record<string, SQLInputValue>,
  ): string[] => all(name, { ...values, now: now() }).map(({ key }) => key as string);
  const tell = (revoked: string[]): void => {
    for (const jti of revoked) for (const listener of listeners) listener(jti);
  };
  const transaction = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite may have rolled back already, as on a full disk.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const removeClients = (clientIds: string[]): void => {
    const revoked = transaction(() =>
      clientIds.flatMap((clientId) => {
        run('removeOfClient', { clientId });
        run('remove', { kind: 'Client', key: clientId });
        return revoke('revokeOfClient', { clientId });
      }),
    );
    tell(revoked);
  };
  const sweep = (): void => {
    const bounds = { limit: SWEEP_LIMIT, bound: openKindBound };
    const clients = [
      ...all('expiredClients', { now: now(), limit: SWEEP_LIMIT }),
      ...all('surplusClients', bounds),
    ];
    if (clients.length > 0) removeClients(clients.map(({ key }) => key as string));
    run('sweep', { now: now(), limit: SWEEP_LIMIT });
    for (const kind of OPEN_KINDS) run('sweepSurplus', { kind, ...bounds });
  };
  const draftValues = (kind: string, key: string, draft: RecordDraft): Record<string, SQLInputValue> => ({
    kind,
    key,
    payload: JSON.stringify(draft.payload),
    grantId: draft.grantId ?? null,
    clientId: draft.clientId ?? null,
    uid: draft.uid ?? null,
    expiresAt: draft.expiresAt ?? null,
    now: now(),
  });

  return {
    put: (kind, key, draft) => settle(() => void run('put', draftValues(kind, key, draft))),
    add: (kind, key, draft) => settle(() => run('add', draftValues(kind, key, draft)) === 1),
    get: (kind, key) => settle(() => one('get', { kind, key })),
    getByUid: (kind, uid) => settle(() => one('getByUid', { kind, uid })),
    touch: (kind, key, expiresAt) =>
      settle(() => void run('touch', { kind, key, expiresAt: expiresAt ?? null, now: now() })),
    consume: (kind, key) => settle(() => run('consume', { kind, key, now: now() }) === 1),
    remove: (kind, key) =>
      settle(() => {
        if (kind === 'AccessToken') tell(revoke('revokeToken', { key }));
        else run('remove', { kind, key });
      }),
    removeByGrant: (kind, grantId) =>
      settle(() => {
        if (kind === 'AccessToken') tell(revoke('revokeByGrant', { grantId }));
        else run('removeByGrant', { kind, grantId });
      }),
    removeClient: (clientId) => settle(() => removeClients([clientId])),
    listTokens: (limit) => settle(() => all('listTokens', { limit, now: now() }).map(toTokenRecord)),
    isActive: (jti) => settle(() => prepared('isActive').get({ key: jti, now: now() }) !== undefined),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sweep: () => settle(sweep),
    close: () =>
      settle(() => {
        listeners.clear();
        if (database.isOpen) database.close();
      }),
  };
}

/** A synchronous failure becomes a rejection, as every adapter of the port has it. */
const settle = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));

function open(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives its -wal and -shm files the mode of the main file.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // NORMAL: in WAL mode a crash of the process loses nothing; one of the machine at most the last moments.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${WAL_BYTES};`,
    );
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    else if (version !== SCHEMA_VERSION) {
      throw new Error(
        `${file} was written by another version of mcpgw (layout ${String(version)}). Update mcpgw.`,
      );
    }
    // Reads the schema, so that a damaged one shows now.
    else database.prepare('SELECT key FROM records LIMIT 1').get();
    return database;
  } catch (error) {
    database.close();
    throw explain(error, file);
  }
}

/** SQLite's own words name no file. Its error stays as the cause. */
function explain(error: unknown, file: string): unknown {
  const { errcode, message } = error as Error & { errcode?: number };
  if (errcode === undefined) return error;
  const [what, next] = FAULTS.get(errcode & 0xff) ?? ['cannot be opened', 'Look whether the disk works.'];
  return new Error(`${file} ${what} (${message}). ${next}`, { cause: error });
}

type Row = Record<string, SQLOutputValue>;

const toTime = (value: SQLOutputValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

const toRecord = (row: Row): StoredRecord => ({
  payload: JSON.parse(row['payload'] as string) as Payload,
  createdAt: row['created_at'] as number,
  usedAt: row['used_at'] as number,
  expiresAt: toTime(row['expires_at']),
  consumedAt: toTime(row['consumed_at']),
  revokedAt: toTime(row['revoked_at']),
});

const toTokenRecord = (row: Row): TokenRecord => ({ ...toRecord(row), jti: row['key'] as string });
