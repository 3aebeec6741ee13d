/** Where verify learns that a token has ended before its time. The authorization server implements it. */
export interface RevocationSource {
  /**
   * Asks the store, once at the first sight of a token.
   * @param jti token id (RFC 7519 section 4.1.7)
   * @returns whether the token's record still exists; rejects when the store cannot be asked
   */
  isActive(jti: string): Promise<boolean>;
  /**
   * Tells of every revocation from now on, before the revoking call returns.
   * @returns ends the subscription
   */
  subscribe(listener: (jti: string) => void): () => void;
}
