import type { McpRoute } from './contract/index.ts';

/** A protected-resource metadata document (RFC 9728 section 2). */
export interface ProtectedResourceMetadata {
  resource: string;
  authorization_servers: [string];
  scopes_supported: string[];
  bearer_methods_supported: ['header'];
  resource_name: string;
}

/** Well-known prefix of protected-resource metadata (RFC 9728 section 3.1). */
export const METADATA_PREFIX = '/.well-known/oauth-protected-resource';

/**
 * The metadata of one MCP route.
 * @param resource the resource as the client has spelled it: clients compare it with the URL they were given, character
 *   by character (RFC 9728 section 3.3)
 * @param issuer issuer identifier of the one authorization server
 */
export const protectedResourceMetadata = (
  route: McpRoute,
  resource: string,
  issuer: string,
): ProtectedResourceMetadata => ({
  resource,
  authorization_servers: [issuer],
  scopes_supported: route.scopes,
  bearer_methods_supported: ['header'],
  resource_name: route.title,
});

/**
 * Where the metadata of a resource stands: the well-known prefix between host and path (RFC 9728 section 3.1).
 * @param origin `scheme://host[:port]`
 * @param path path of the resource, beginning with `/`
 */
export const metadataUrl = (origin: string, path: string): string => `${origin}${METADATA_PREFIX}${path}`;
