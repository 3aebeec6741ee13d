import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';

/** What a valid access token says (RFC 9068 section 2.2). */
export interface Claims {
  jti: string;
  userId: string;
  userName: string;
  clientId: string;
  audience: readonly string[];
  scopes: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type TokenFault = 'malformed' | 'expired' | 'invalid';

/**
 * Verifies an access token: signature, type, issuer, lifetime, and that every claim is there (RFC 9068 section 4).
 * The algorithm is fixed and never taken from the token (RFC 8725 section 3.1). Audience, scope and policy are the caller's.
 * @returns the claims, or what is wrong with the token
 * @throws what the key finder throws when it has no keys to look in
 */
export async function verifyToken(
  token: string,
  options: { issuer: string; findKey: JWTVerifyGetKey; now: number },
): Promise<Claims | TokenFault> {
  try {
    const { payload } = await jwtVerify(token, options.findKey, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: options.issuer,
      currentDate: new Date(options.now),
      requiredClaims: ['exp', 'iat', 'sub', 'aud', 'client_id', 'jti'],
    });
    return readClaims(payload) ?? 'invalid';
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
    if (error instanceof errors.JOSEError) return 'invalid';
    throw error;
  }
}

function readClaims(payload: JWTPayload): Claims | undefined {
  const { jti, sub, aud, exp, scope, client_id: clientId, name: userName } = payload;
  const audience = typeof aud === 'string' ? [aud] : (aud ?? []);
  if (!isText(jti) || !isText(sub) || !isText(clientId) || exp === undefined || !audience.every(isText)) {
    return undefined;
  }
  return {
    jti,
    userId: sub,
    userName: isText(userName) ? userName : sub,
    clientId,
    audience,
    scopes: isText(scope) ? scope.split(' ') : [],
    expiresAt: exp * 1000,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
