import { spec, type Check } from '../../check.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { skip } from '../../types.ts';
import { errorWith, feature, listCheck, requiredOf } from './feature.ts';
import { listOf, validResult } from './lists.ts';

const PROMPTS = spec('server/prompts#getting-a-prompt');
const PROMPT_ERRORS = spec('server/prompts#error-handling');

export const promptChecks: Check<Link>[] = [
  listCheck('prompts', 'prompts', 'protocol.prompts.list', spec('server/prompts#listing-prompts')),
  feature('prompts', {
    id: 'protocol.prompts.get',
    title: 'A listed prompt is valid',
    level: 'MUST',
    clause: PROMPTS,
    advice: 'Return messages with role user or assistant and one content block each.',
    async run(link) {
      const simple = (await listOf(link, 'prompts')).items.find((prompt) => requiredOf(prompt).length === 0);
      if (!simple) return skip('No prompt can be had without arguments.');
      const reply = await link.request('prompts/get', { name: String(simple['name']) });
      return validResult('GetPromptResult', reply.response, link, describe(reply));
    },
  }),
  feature('prompts', {
    id: 'protocol.prompts.unknown',
    title: 'Getting an unknown prompt is refused with -32602',
    level: 'SHOULD',
    clause: PROMPT_ERRORS,
    advice: 'Answer an unknown prompt name with -32602.',
    run: async (link) =>
      errorWith(await link.request('prompts/get', { name: 'mcpgw-no-such-prompt' }), -32602),
  }),
  feature('prompts', {
    id: 'protocol.prompts.missing-argument',
    title: 'Getting a prompt without its required arguments is refused with -32602',
    level: 'SHOULD',
    clause: PROMPT_ERRORS,
    advice: 'Answer missing arguments with -32602.',
    async run(link) {
      const demanding = (await listOf(link, 'prompts')).items.find((prompt) => requiredOf(prompt).length > 0);
      if (!demanding) return skip('No prompt requires arguments.');
      return errorWith(await link.request('prompts/get', { name: String(demanding['name']) }), -32602);
    },
  }),
];
