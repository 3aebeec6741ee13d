import type { RevocationSource } from '@mcpgw/kit';

export type Payload = Record<string, unknown>;

/** What is kept, under the names of the library's models and two of our own (`RefreshAnswer`, `SignInCode`). */
export interface StoredRecord {
  payload: Payload;
  /** Milliseconds since the epoch, as all times here. */
  createdAt: number;
  usedAt: number;
  /** undefined: kept until it is removed. */
  expiresAt: number | undefined;
  consumedAt: number | undefined;
  revokedAt: number | undefined;
}

export interface RecordDraft {
  payload: Payload;
  expiresAt: number | undefined;
  /** A token of a grant that is gone is not kept: what was revoked stays revoked, whoever was faster. */
  grantId?: string;
  /** Goes when the client goes. */
  clientId?: string;
  uid?: string;
}

export interface TokenRecord extends StoredRecord {
  jti: string;
}

/**
 * The one door to what outlives a request. Every method is atomic, across processes where the store is shared.
 * A record is answered until it is removed or swept: who reads it looks at `expiresAt`, `consumedAt` and `revokedAt`.
 */
export interface Store extends RevocationSource {
  /** Creates or replaces. */
  put(kind: string, key: string, draft: RecordDraft): Promise<void>;
  /** Creates. @returns false when there is one */
  add(kind: string, key: string, draft: RecordDraft): Promise<boolean>;
  get(kind: string, key: string): Promise<StoredRecord | undefined>;
  getByUid(kind: string, uid: string): Promise<StoredRecord | undefined>;
  /** Marks as used now, with a new expiry. */
  touch(kind: string, key: string, expiresAt: number | undefined): Promise<void>;
  /** @returns true for exactly one of all callers */
  consume(kind: string, key: string): Promise<boolean>;
  /** Removes; an access token is kept as revoked until it expires, and its id is told to the subscribers. */
  remove(kind: string, key: string): Promise<void>;
  /** Removes everything of one kind that a grant has given. */
  removeByGrant(kind: string, grantId: string): Promise<void>;
  /** Removes a client with its grants, tokens and codes. */
  removeClient(clientId: string): Promise<void>;
  /** Access tokens in force, newest first. */
  listTokens(limit: number): Promise<TokenRecord[]>;
  /** Removes what has expired, and the longest unused of what anybody can create, above a bound. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}
