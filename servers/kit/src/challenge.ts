/** Parameters of a Bearer challenge (RFC 6750 section 3, RFC 9728 section 5.1). */
export interface BearerChallenge {
  /** URL of the protected-resource metadata. */
  resourceMetadata: string;
  /** All scopes the operation needs, separated by spaces. */
  scope?: string;
  /** Absent when no token was presented (RFC 6750 section 3.1). */
  error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  errorDescription?: string;
}

/**
 * A `WWW-Authenticate` value. Empty parameters are left out, because the Go SDK refuses them, and `scope` stands before
 * the free text, because the Rust SDK takes the first `scope=` it finds anywhere.
 */
export function bearerChallenge(challenge: BearerChallenge): string {
  const parameters = [
    ['resource_metadata', challenge.resourceMetadata],
    ['scope', challenge.scope],
    ['error', challenge.error],
    ['error_description', challenge.errorDescription],
  ] as const;
  return `Bearer ${parameters
    .flatMap(([name, value]) => (value ? [`${name}=${quotedString(value)}`] : []))
    .join(', ')}`;
}

/** RFC 9110 section 5.6.4; what may not stand in a header value becomes `?`. */
const quotedString = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`;
