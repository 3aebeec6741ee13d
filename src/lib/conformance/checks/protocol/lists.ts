import { isObject, resultOf, type Message } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { Untestable } from '../../run-check.ts';
import { fail, pass, type Verdict } from '../../types.ts';
import { problemsOf, type SchemaName } from '../../schema/validate.ts';
import { discover } from '../control.ts';

/** Lists longer than this are not followed; no honest server of a test has more. */
const MAX_PAGES = 20;

export interface Pages {
  results: Record<string, unknown>[];
  items: Record<string, unknown>[];
  /** Why the cursors were not followed to the end. */
  broken: string | undefined;
}

const LISTS = {
  tools: { method: 'tools/list', schema: 'ListToolsResult' },
  resources: { method: 'resources/list', schema: 'ListResourcesResult' },
  resourceTemplates: { method: 'resources/templates/list', schema: 'ListResourceTemplatesResult' },
  prompts: { method: 'prompts/list', schema: 'ListPromptsResult' },
} as const satisfies Record<string, { method: string; schema: SchemaName }>;

export type ListName = keyof typeof LISTS;

/** What the server declares (`initialize` or `server/discover`). */
export async function capabilitiesOf(link: Link): Promise<Record<string, unknown>> {
  if (!link.modern) return (await link.session()).capabilities;
  const capabilities = resultOf((await discover(link)).response)?.['capabilities'];
  return isObject(capabilities) ? capabilities : {};
}

/**
 * All pages of a list, fetched once.
 * @throws Untestable when the list is not answered with a result
 */
export const listOf = (link: Link, name: ListName): Promise<Pages> =>
  link.once(`list ${name}`, async () => {
    const pages: Pages = { results: [], items: [], broken: undefined };
    const seen = new Set<unknown>();
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const reply = await link.request(LISTS[name].method, cursor === undefined ? {} : { cursor });
      const result = resultOf(reply.response);
      if (!result) throw new Untestable(`${LISTS[name].method} was answered with ${describe(reply)}`);
      pages.results.push(result);
      if (Array.isArray(result[name])) pages.items.push(...result[name].filter(isObject));
      cursor = result['nextCursor'];
      if (cursor === undefined) return pages;
      if (seen.has(cursor)) return { ...pages, broken: `the cursor ${JSON.stringify(cursor)} came twice` };
      seen.add(cursor);
    }
    return { ...pages, broken: `there were more than ${MAX_PAGES} pages` };
  });

/** Holds every page of a list against its schema. */
export async function validList(link: Link, name: ListName): Promise<Verdict> {
  const { results, items } = await listOf(link, name);
  for (const result of results) {
    const problems = await problemsOf(LISTS[name].schema, result, link.revision);
    if (problems.length > 0) return fail(problems.join('; '));
  }
  return pass(`${items.length} on ${results.length} page(s).`);
}

/** Holds the result of a response against a schema. */
export async function validResult(
  name: SchemaName,
  response: Message | undefined,
  link: Link,
  seen: string,
): Promise<Verdict> {
  const result = resultOf(response);
  if (!result) return fail(seen);
  const problems = await problemsOf(name, result, link.revision);
  return problems.length > 0 ? fail(problems.join('; ')) : pass(seen);
}
