export type OAuthStep = 'discovery' | 'registration' | 'authorization' | 'token' | 'revocation';

/** A step of an OAuth flow that did not go as the specification says. */
export class OAuthError extends Error {
  readonly step: OAuthStep;
  /** The `error` of the server's answer (RFC 6749 section 5.2), where there is one. */
  readonly code: string | undefined;

  constructor(step: OAuthStep, message: string, code?: string) {
    super(`${step}: ${message}`);
    this.name = 'OAuthError';
    this.step = step;
    this.code = code;
  }
}
