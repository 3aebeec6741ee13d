import type { Check, Clause } from '../../check.ts';
import { errorOf, isObject } from '../../mcp/message.ts';
import { describe, type Reply } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { REVISIONS, skip, verdict, type Revision, type Verdict } from '../../types.ts';
import { capabilitiesOf, validList, type ListName } from './lists.ts';

type Definition = Pick<Check<Link>, 'id' | 'title' | 'level' | 'advice' | 'run'> & {
  clause: Clause;
  revisions?: readonly Revision[];
};

/** A check of a feature that is skipped where the server does not declare it. */
export const feature = (capability: string, definition: Definition): Check<Link> => ({
  revisions: REVISIONS,
  ...definition,
  async run(link) {
    if (!(capability in (await capabilitiesOf(link)))) return skip(`This server declares no ${capability}.`);
    if (await isUnknown(link, capability))
      return skip(`${capability} is declared, but its methods are unknown.`);
    return definition.run(link);
  },
});

const LIST_METHODS = new Map([
  ['tools', 'tools/list'],
  ['resources', 'resources/list'],
  ['prompts', 'prompts/list'],
]);

/** A capability that is declared and not there is one failure, of `protocol.capabilities.declared`, not ten. */
export const isUnknown = (link: Link, capability: string): Promise<boolean> =>
  link.once(`unknown ${capability}`, async () => {
    const method = LIST_METHODS.get(capability);
    return method !== undefined && errorOf((await link.request(method)).response)?.code === -32601;
  });

/** A check of all pages of a list. */
export const listCheck = (capability: string, name: ListName, id: string, clause: Clause): Check<Link> =>
  feature(capability, {
    id,
    title: `The list of ${name === 'resourceTemplates' ? 'resource templates' : name} is valid on every page`,
    level: 'MUST',
    clause,
    advice:
      'Send list entries in the form of the schema; strict clients drop the whole list for one bad entry.',
    async run(link) {
      return name === 'resourceTemplates' && !(await supported(link))
        ? skip('This server has no templates.')
        : validList(link, name);
    },
  });

/** Templates are a part of the resources capability that a server may do without. */
const supported = async (link: Link): Promise<boolean> =>
  errorOf((await link.request('resources/templates/list')).response)?.code !== -32601;

/** Answered with a JSON-RPC error of one of these codes. */
export const errorWith = (reply: Reply, ...codes: number[]): Verdict =>
  verdict(
    codes.some((code) => errorOf(reply.response)?.code === code),
    describe(reply),
  );

/** Names that a JSON schema, or the arguments of a prompt, require. */
export function requiredOf(subject: unknown): string[] {
  if (!isObject(subject)) return [];
  if (Array.isArray(subject['required'])) return subject['required'].map(String);
  if (!Array.isArray(subject['arguments'])) return [];
  return subject['arguments']
    .filter(isObject)
    .flatMap((one) => (one['required'] === true ? [String(one['name'])] : []));
}
