import { DEFAULT_SCOPE, type Resources } from './resources.ts';

/**
 * Parameters of OpenID Connect that mean nothing here. Unknown parameters are ignored (RFC 6749 section 3.1), while the
 * library refuses them without the scope `openid`.
 */
const IGNORED = ['acr_values', 'claims', 'claims_locales', 'id_token_hint', 'max_age', 'nonce'];

const PROMPTS: ReadonlySet<string> = new Set(['none', 'login', 'consent']);

/**
 * An authorization request as the library is to see it: the resource in its one spelling, and only scopes that it has.
 * Scopes that nobody knows are ignored, and a request left with none gets the default one, because MCP clients ask for
 * whatever their last server had, or for nothing (RFC 6749 section 3.3). Anything else is left for the library to refuse.
 */
export function authorizationRequest(request: URLSearchParams, resources: Resources): URLSearchParams {
  // Of a pushed request only the reference counts (RFC 9126 section 4); it was seen here when it was pushed.
  if (request.has('request_uri')) return request;
  const result = canonical(request, resources);
  for (const name of IGNORED) result.delete(name);
  keep(result, 'prompt', PROMPTS);
  if (result.getAll('scope').length <= 1) {
    keep(result, 'scope', knownScopes(result, resources));
    if (!result.has('scope')) result.set('scope', DEFAULT_SCOPE);
  }
  return result;
}

/** A token request as the library is to see it. */
export function tokenRequest(request: URLSearchParams, resources: Resources): URLSearchParams {
  const result = canonical(request, resources);
  // Clients repeat at refresh what they first asked for, whatever they were given.
  keep(result, 'scope', new Set(resources.scopes()));
  return result;
}

function canonical(request: URLSearchParams, resources: Resources): URLSearchParams {
  const result = new URLSearchParams(request);
  const spellings = result.getAll('resource').filter((uri) => uri !== '');
  const identifiers = new Set(spellings.map((uri) => resources.resolve(uri)?.resource ?? uri));
  result.delete('resource');
  for (const identifier of identifiers) result.append('resource', identifier);
  return result;
}

function knownScopes(request: URLSearchParams, resources: Resources): ReadonlySet<string> {
  const uri = request.get('resource');
  const route = uri === null ? resources.sole() : resources.resolve(uri);
  return new Set(route?.scopes ?? [DEFAULT_SCOPE]);
}

/** Leaves the known words of a parameter that stands once; without any, the parameter goes. */
function keep(request: URLSearchParams, name: string, known: ReadonlySet<string>): void {
  const values = request.getAll(name);
  if (values.length !== 1) return;
  const words = values
    .join(' ')
    .split(' ')
    .filter((word) => known.has(word));
  if (words.length > 0) request.set(name, [...new Set(words)].join(' '));
  else request.delete(name);
}
