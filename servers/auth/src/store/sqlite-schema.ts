/** The layout of the database; `user_version` names it. */
export const SCHEMA_VERSION = 1;

export const SCHEMA = `
CREATE TABLE records (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  payload TEXT NOT NULL,
  grant_id TEXT,
  client_id TEXT,
  uid TEXT,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER,
  consumed_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_grant ON records (grant_id, kind) WHERE grant_id IS NOT NULL;
CREATE INDEX records_by_client ON records (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX records_by_uid ON records (uid, kind) WHERE uid IS NOT NULL;
CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX records_by_use ON records (kind, used_at);
CREATE INDEX records_by_age ON records (kind, created_at);
PRAGMA user_version = ${SCHEMA_VERSION};
`;

const COLUMNS = 'key, payload, created_at, used_at, expires_at, consumed_at, revoked_at';

const INSERT = `
  INSERT INTO records (kind, key, payload, grant_id, client_id, uid, created_at, used_at, expires_at)
  SELECT :kind, :key, :payload, :grantId, :clientId, :uid, :now, :now, :expiresAt
  WHERE :grantId IS NULL OR EXISTS (SELECT 1 FROM records WHERE kind = 'Grant' AND key = :grantId)
  ON CONFLICT (kind, key)`;

/** Every statement, prepared once. */
export const SQL = {
  put: `${INSERT} DO UPDATE SET payload = excluded.payload, used_at = excluded.used_at,
    expires_at = excluded.expires_at, uid = excluded.uid`,
  add: `${INSERT} DO NOTHING`,
  get: `SELECT ${COLUMNS} FROM records WHERE kind = :kind AND key = :key`,
  getByUid: `SELECT ${COLUMNS} FROM records WHERE uid = :uid AND kind = :kind`,
  touch: `UPDATE records SET used_at = :now, expires_at = :expiresAt WHERE kind = :kind AND key = :key`,
  consume: `UPDATE records SET consumed_at = :now WHERE kind = :kind AND key = :key AND consumed_at IS NULL`,
  remove: `DELETE FROM records WHERE kind = :kind AND key = :key`,
  removeByGrant: `DELETE FROM records WHERE grant_id = :grantId AND kind = :kind`,
  removeOfClient: `DELETE FROM records WHERE client_id = :clientId AND kind <> 'AccessToken'`,
  revokeToken: `UPDATE records SET revoked_at = :now
    WHERE kind = 'AccessToken' AND key = :key AND revoked_at IS NULL RETURNING key`,
  revokeByGrant: `UPDATE records SET revoked_at = :now
    WHERE grant_id = :grantId AND kind = 'AccessToken' AND revoked_at IS NULL RETURNING key`,
  revokeOfClient: `UPDATE records SET revoked_at = :now
    WHERE client_id = :clientId AND kind = 'AccessToken' AND revoked_at IS NULL RETURNING key`,
  isActive: `SELECT 1 FROM records
    WHERE kind = 'AccessToken' AND key = :key AND revoked_at IS NULL AND expires_at > :now`,
  listTokens: `SELECT ${COLUMNS} FROM records
    WHERE kind = 'AccessToken' AND revoked_at IS NULL AND expires_at > :now ORDER BY created_at DESC LIMIT :limit`,
  expiredClients: `SELECT key FROM records WHERE kind = 'Client' AND expires_at <= :now LIMIT :limit`,
  sweep: `DELETE FROM records WHERE (kind, key) IN (SELECT kind, key FROM records WHERE expires_at <= :now LIMIT :limit)`,
  surplusClients: `SELECT key FROM records WHERE kind = 'Client'
    AND NOT EXISTS (SELECT 1 FROM records AS other WHERE other.client_id = records.key AND other.kind = 'Grant')
    ORDER BY used_at DESC LIMIT :limit OFFSET :bound`,
  sweepSurplus: `DELETE FROM records WHERE kind = :kind AND key IN
    (SELECT key FROM records WHERE kind = :kind ORDER BY used_at DESC LIMIT :limit OFFSET :bound)`,
} as const;
