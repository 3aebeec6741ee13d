import { isLoopback } from '@mcpgw/kit';
import { DEFAULT_SCOPE } from './resources.ts';

/** Bounds of a registration. Characters and counts. */
const MAX_REDIRECT_URIS = 20;
const MAX_URI = 2048;
const MAX_TEXT = 256;

export const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** Metadata that is kept (RFC 7591 section 2); the rest is dropped, as the RFC allows. */
const TEXTS = ['client_name', 'software_id', 'software_version'];
const URIS = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri'];
const OTHERS = ['application_type', 'token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'jwks'];
/** What an update must name or must not (RFC 7592 section 2.2); the library looks at them. */
const MANAGEMENT = [
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
];

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

/** Why a registration is refused, in the words of RFC 7591 section 3.2.2. */
export class RegistrationError extends Error {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata';

  constructor(error: RegistrationError['error'], message: string) {
    super(message);
    this.error = error;
  }
}

type Metadata = Record<string, unknown>;

/**
 * A registration as the library is to see it. Clients send what other servers wanted: empty strings, grant types and
 * scopes that are not here, fields nobody knows. All of that is dropped (RFC 7591 section 2: the server MAY replace any
 * value), what remains is checked by the library.
 * @param body the parsed request
 * @param update also keeps what an update must name (RFC 7592 section 2.2)
 * @throws RegistrationError when it is no object or exceeds a bound
 */
export function cleanRegistration(body: unknown, update = false): Metadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RegistrationError('invalid_client_metadata', 'The registration must be a JSON object.');
  }
  const given = new Map(Object.entries(body).filter(([, value]) => value !== null && value !== ''));
  const result: Metadata = {};
  const take = (name: string, value: unknown): void => {
    if (value !== undefined) result[name] = value;
  };

  for (const name of [...OTHERS, ...(update ? MANAGEMENT : [])]) take(name, given.get(name));
  for (const name of TEXTS) take(name, bounded(name, given.get(name), MAX_TEXT));
  for (const name of URIS) take(name, bounded(name, given.get(name), MAX_URI));
  take('redirect_uris', redirectUris(given.get('redirect_uris')));
  take(
    'contacts',
    words(given.get('contacts'), (word) => EMAIL.test(word)),
  );
  take(
    'grant_types',
    words(given.get('grant_types'), (word) => GRANT_TYPES.some((known) => known === word)),
  );
  take(
    'response_types',
    words(given.get('response_types'), (word) => word === 'code'),
  );
  // Finer scopes are not pinned at registration: a client that is challenged for more may ask for it, and consent decides.
  const scopes = words(String(given.get('scope') ?? '').split(' '), (word) => word === DEFAULT_SCOPE);
  take('scope', scopes?.join(' '));
  if (result['application_type'] !== 'native' && result['application_type'] !== 'web') {
    delete result['application_type'];
  }
  return result;
}

function bounded(name: string, value: unknown, max: number): unknown {
  if (typeof value === 'string' && value.length > max) {
    throw new RegistrationError('invalid_client_metadata', `${name} is longer than ${max} characters.`);
  }
  return value;
}

function redirectUris(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const uris = [...new Set(value.filter((uri: unknown) => uri !== null && uri !== ''))];
  if (uris.length > MAX_REDIRECT_URIS) {
    throw new RegistrationError(
      'invalid_redirect_uri',
      `redirect_uris has more than ${MAX_REDIRECT_URIS} entries.`,
    );
  }
  if (uris.some((uri) => typeof uri === 'string' && uri.length > MAX_URI)) {
    throw new RegistrationError(
      'invalid_redirect_uri',
      `A redirect URI is longer than ${MAX_URI} characters.`,
    );
  }
  return uris;
}

/** The known ones of a list of words; undefined when none is. */
function words(value: unknown, known: (word: string) => boolean): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept = value.filter((word): word is string => typeof word === 'string' && known(word));
  return kept.length > 0 ? [...new Set(kept)] : undefined;
}

/** Schemes that no app waits behind: script, content and other protocols of the browser. */
const FORBIDDEN_SCHEMES: ReadonlySet<string> = new Set(
  'about blob data file filesystem ftp intent javascript mailto sms tel vbscript view-source ws wss'
    .split(' ')
    .map((scheme) => `${scheme}:`),
);

/**
 * What is wrong with a redirect URI (MCP authorization "Communication Security", RFC 8252 sections 7 and 8).
 * @returns undefined when a client may have it
 */
export function redirectUriFault(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url === null) return 'must be absolute URIs';
  if (uri.includes('#')) return 'must not contain fragments';
  if (url.username !== '' || url.password !== '') return 'must not contain user names or passwords';
  if (FORBIDDEN_SCHEMES.has(url.protocol)) return `must not use the ${url.protocol.slice(0, -1)} scheme`;
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'may use http on localhost, 127.0.0.1 and [::1] only; use https';
  }
  return undefined;
}

/** Names that mean this machine or this network, wherever they are asked for (RFC 6761, RFC 6762, ICANN's `internal`). */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home|home\.arpa|test|invalid)\.?$/i;

/**
 * Whether a client metadata document may be fetched from there: from a public name only, never from a bare address. The
 * library looks again, at the address that the name leads to.
 */
export function isPublicDocument(clientId: string): boolean {
  const hostname = URL.parse(clientId)?.hostname ?? '';
  return hostname.includes('.') && !/^[\d.]+$/.test(hostname) && !PRIVATE_NAMES.test(hostname);
}

/** Whether an answer to this URI never leaves the person's own device. */
export const isLoopbackRedirect = (uri: string): boolean => {
  const url = URL.parse(uri);
  return url !== null && url.protocol === 'http:' && isLoopback(url.hostname);
};

const isPrivateUse = (uri: string): boolean => {
  const protocol = URL.parse(uri)?.protocol ?? 'https:';
  return protocol !== 'https:' && protocol !== 'http:';
};

/**
 * `native` whenever a redirect URI is a loopback one or has a private-use scheme, whatever the client has said: older
 * clients say nothing, and only native clients may use any port on loopback (RFC 8252 section 7.3).
 */
export function applicationType(redirectUris: readonly string[], said: unknown): 'native' | 'web' {
  const native = redirectUris.some((uri) => isLoopbackRedirect(uri) || isPrivateUse(uri));
  return native || said === 'native' ? 'native' : 'web';
}
