import { z } from 'zod';
import { policyRuleSchema } from './policy.ts';

/** A service or route name: lower case, digits and `-`. */
export const nameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);

const common = {
  /** Unique in the table; `verify` is asked under it (`/verify/<id>`). */
  id: z.string().regex(/^[a-z][a-z0-9.-]{0,127}$/),
  /** The public URL, exactly as a person types it. */
  url: z.url(),
};

/** A public MCP endpoint. Every one of them needs a token. */
export const mcpRouteSchema = z.strictObject({
  ...common,
  kind: z.literal('mcp'),
  service: nameSchema,
  title: z.string(),
  /** The one audience of the service: its first URL without a trailing slash (RFC 8707 resource). */
  resource: z.url(),
  /** Other spellings that clients use for the same resource; all map to `resource`. */
  aliases: z.array(z.url()),
  /** Where the protected-resource metadata of this URL stands (RFC 9728 section 3.1). */
  metadataUrl: z.url(),
  auth: z.literal(true),
  /** Needed on every call. */
  scope: z.literal('mcp'),
  /** What consent can grant here: `mcp` and the service's finer scopes, `<service>:<word>`. */
  scopes: z.array(z.string()),
  /** `diagnostic`: the service sees the bearer token (the two echo servers only). */
  token: z.enum(['strip', 'diagnostic']),
  /** `http://host:port/mcp` of each replica; `inprocess:<service>` on the local target. */
  upstreams: z.array(z.string()),
  policy: z.array(policyRuleSchema),
});

/** A protected-resource metadata document (RFC 9728); always open. */
export const metadataRouteSchema = z.strictObject({
  ...common,
  kind: z.literal('protected-resource-metadata'),
  /** `id` of the MCP route that the document describes. */
  describes: z.string(),
  auth: z.literal(false),
});

/** A path of the authorization server; always open. */
export const authorizationServerRouteSchema = z.strictObject({
  ...common,
  kind: z.literal('authorization-server'),
  match: z.enum(['exact', 'prefix']),
  auth: z.literal(false),
});

export const routeSchema = z.discriminatedUnion('kind', [
  mcpRouteSchema,
  metadataRouteSchema,
  authorizationServerRouteSchema,
]);

/** `routes.json`: the one source of truth for what is public. */
export const routeTableSchema = z.strictObject({
  version: z.literal(1),
  /** The authorization server's issuer identifier, without a path or trailing slash. */
  issuer: z.url(),
  /** Origins under which the gateway may be addressed (`http://localhost:8080`, `http://127.0.0.1:8080`, …). */
  origins: z.array(z.url()),
  /** Browser origins that may call across origins, beside the loopback ones on the local target. */
  corsOrigins: z.array(z.url()),
  routes: z.array(routeSchema),
});

export type McpRoute = z.infer<typeof mcpRouteSchema>;
export type MetadataRoute = z.infer<typeof metadataRouteSchema>;
export type AuthorizationServerRoute = z.infer<typeof authorizationServerRouteSchema>;
export type Route = z.infer<typeof routeSchema>;
export type RouteTable = z.infer<typeof routeTableSchema>;
