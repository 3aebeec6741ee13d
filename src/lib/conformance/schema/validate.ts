import type { Revision } from '../types.ts';

/** The results and messages that have a schema of their own. */
export type SchemaName =
  | 'InitializeResult'
  | 'DiscoverResult'
  | 'ListToolsResult'
  | 'CallToolResult'
  | 'ListResourcesResult'
  | 'ListResourceTemplatesResult'
  | 'ReadResourceResult'
  | 'ListPromptsResult'
  | 'GetPromptResult'
  | 'CompleteResult'
  | 'ServerNotification';

/** First revision with a content type; what came later is invalid before it. */
const CONTENT_SINCE = new Map([['resource_link', '2025-06-18']]);

/**
 * Holds a value against the schema of the specification, as the official SDK publishes it, and against
 * what differs between the revisions.
 * @returns what is wrong, one line each, with the place
 */
export async function problemsOf(name: SchemaName, value: unknown, revision: Revision): Promise<string[]> {
  // Heavy, and needed by this suite only.
  const schemas = await import('@modelcontextprotocol/core');
  const parsed = schemas[`${name}Schema`].safeParse(value);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'result'}: ${message}`);
  return [...problems, ...beyondSchema(name, value, revision)].slice(0, 5);
}

/** What the SDK's schema lets pass for the sake of old servers. */
function beyondSchema(name: SchemaName, value: unknown, revision: Revision): string[] {
  if (name !== 'CallToolResult' || typeof value !== 'object' || value === null) return [];
  const content: unknown = (value as Record<string, unknown>)['content'];
  if (!Array.isArray(content)) return ['content: required, an array'];
  return content.flatMap((block: unknown, at) => {
    const type = (block as Record<string, unknown> | null)?.['type'];
    const since = typeof type === 'string' ? CONTENT_SINCE.get(type) : undefined;
    return since !== undefined && revision < since
      ? [`content.${at}.type: ${String(type)} came with ${since}`]
      : [];
  });
}
