import { spec, type Check } from '../../check.ts';
import { resultOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { LEGACY, skip, verdict } from '../../types.ts';
import { errorWith, feature, isUnknown } from './feature.ts';
import { listOf, validResult } from './lists.ts';

const LOGGING = spec('server/utilities/logging#setting-log-level');

/** Completion and logging. */
export const utilityChecks: Check<Link>[] = [
  feature('completions', {
    id: 'protocol.completion.complete',
    title: 'A completion is valid',
    level: 'MUST',
    clause: spec('server/utilities/completion#requesting-completions'),
    advice: 'Return completion {values: string[]} with at most 100 values.',
    async run(link) {
      if (await isUnknown(link, 'prompts')) return skip('There is no prompt argument to complete.');
      const prompt = (await listOf(link, 'prompts')).items.find(
        ({ arguments: args }) => Array.isArray(args) && args.length > 0,
      );
      const args = prompt?.['arguments'] as { name?: unknown }[] | undefined;
      if (!prompt || typeof args?.[0]?.name !== 'string')
        return skip('There is no prompt argument to complete.');
      const ref = { type: 'ref/prompt', name: prompt['name'] };
      const reply = await link.request('completion/complete', {
        ref,
        argument: { name: args[0].name, value: '' },
      });
      return validResult('CompleteResult', reply.response, link, describe(reply));
    },
  }),
  feature('logging', {
    id: 'protocol.logging.set-level',
    title: 'Setting the log level is answered with an empty result',
    level: 'MUST',
    clause: LOGGING,
    revisions: LEGACY,
    advice: 'Answer logging/setLevel with result {}.',
    async run(link) {
      const reply = await link.request('logging/setLevel', { level: 'error' });
      const result = resultOf(reply.response);
      const keys = Object.keys(result ?? { none: true }).filter((key) => key !== '_meta');
      return verdict(keys.length === 0, describe(reply));
    },
  }),
  feature('logging', {
    id: 'protocol.logging.invalid-level',
    title: 'An unknown log level is refused with -32602',
    level: 'SHOULD',
    clause: spec('server/utilities/logging#error-handling'),
    revisions: LEGACY,
    advice: 'Answer an unknown level with -32602.',
    run: async (link) => errorWith(await link.request('logging/setLevel', { level: 'mcpgw' }), -32602),
  }),
];
