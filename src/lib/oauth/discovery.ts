import { OAuthError } from './oauth-error.ts';
import { getDocument, jsonObject, type Transport } from './transport.ts';

export type Metadata = Record<string, unknown>;

/** A metadata document, where it was found, and how. */
export interface Document {
  url: string;
  status: number;
  contentType: string;
  /** Absent when it is not there or no JSON object. */
  metadata: Metadata | undefined;
}

/** Where protected-resource metadata may stand, in the order clients look (RFC 9728 section 3.1; MCP 2025-11-25, authorization). */
export function resourceMetadataUrls(resource: string, fromChallenge?: string): string[] {
  const { origin, pathname, search } = new URL(resource);
  const path = pathname === '/' ? '' : pathname;
  const base = `${origin}/.well-known/oauth-protected-resource`;
  return [
    ...new Set([...(fromChallenge === undefined ? [] : [fromChallenge]), `${base}${path}${search}`, base]),
  ];
}

/** Where authorization-server metadata may stand, in the order clients look (RFC 8414 section 3.1, OpenID Connect Discovery). */
export function serverMetadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map(
    (name) => `${origin}/.well-known/${name}${path}`,
  );
  return path === '' ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}

/** Fetches one metadata document. */
export async function fetchMetadata(transport: Transport, url: string): Promise<Document> {
  const { answer } = await getDocument(transport, url);
  const contentType = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const metadata = answer.status === 200 ? jsonObject(answer.text) : undefined;
  return { url, status: answer.status, contentType, metadata };
}

/**
 * The first usable document of a list of places.
 * @throws OAuthError when there is none
 */
export async function firstMetadata(
  transport: Transport,
  urls: readonly string[],
  what: string,
): Promise<Document & { metadata: Metadata }> {
  const seen: string[] = [];
  for (const url of urls) {
    const { metadata, ...found } = await fetchMetadata(transport, url);
    if (metadata) return { ...found, metadata };
    seen.push(`${url}: HTTP ${found.status}`);
  }
  throw new OAuthError('discovery', `no ${what} was found (${seen.join('; ')})`);
}

/**
 * The authorization server of a resource; without resource metadata the resource's own origin, as clients of 2025-03-26 do.
 * @throws OAuthError when its metadata cannot be found or names another issuer (RFC 8414 section 3.3)
 */
export async function discoverServer(
  transport: Transport,
  resource: Metadata | undefined,
  resourceUrl: string,
): Promise<Document & { metadata: Metadata }> {
  const servers = resource?.['authorization_servers'];
  const issuer: unknown = Array.isArray(servers) ? servers[0] : new URL(resourceUrl).origin;
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) {
    throw new OAuthError('discovery', 'authorization_servers names no URL');
  }
  requireSecure(issuer);
  const document = await firstMetadata(
    transport,
    serverMetadataUrls(issuer),
    'authorization-server metadata',
  );
  if (document.metadata['issuer'] !== issuer) {
    throw new OAuthError(
      'discovery',
      `the metadata at ${document.url} names the issuer ${String(document.metadata['issuer'])}, not ${issuer}`,
    );
  }
  return document;
}

/**
 * An endpoint of the metadata.
 * @throws OAuthError when it is missing, no URL, or neither https nor on loopback (OAuth 2.1 section 1.5)
 */
export function endpoint(metadata: Metadata, name: string): string {
  const value = metadata[name];
  if (typeof value !== 'string' || !URL.canParse(value))
    throw new OAuthError('discovery', `the metadata names no ${name}`);
  requireSecure(value);
  return value;
}

function requireSecure(url: string): void {
  if (!isSecure(url)) throw new OAuthError('discovery', `${url} is neither https nor on loopback`);
}

/** Whether a URL is https, or http on loopback (OAuth 2.1 section 1.5). */
export function isSecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && loopback);
}
