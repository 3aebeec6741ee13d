import type { Revision } from '../types.ts';

/** A clause that no check of ours covers: who does, or why nobody can from outside. */
export interface Elsewhere {
  requirement: string;
  level: 'MUST' | 'SHOULD';
  /** Page and anchor below the specification of the revision. */
  clause: string;
  revisions: readonly Revision[];
  /** Scenarios of the official suite that cover it. */
  official?: readonly string[];
  /** Why it cannot be seen from outside. */
  untestable?: string;
}

const LEGACY: readonly Revision[] = ['2025-03-26', '2025-06-18', '2025-11-25'];
const MODERN: readonly Revision[] = ['2026-07-28'];

export const ELSEWHERE: readonly Elsewhere[] = [
  {
    requirement: 'Every message is valid against the JSON Schema of the revision',
    level: 'MUST',
    clause: 'basic',
    revisions: ['2025-11-25', '2026-07-28'],
    official: ['wire-schema-valid (in every scenario)'],
  },
  {
    requirement: 'Sampling requests reach the client and their answers the tool',
    level: 'MUST',
    clause: 'client/sampling',
    revisions: LEGACY,
    official: ['tools-call-sampling'],
  },
  {
    requirement: 'Elicitation requests reach the client, with defaults and enumerations',
    level: 'MUST',
    clause: 'client/elicitation',
    revisions: ['2025-11-25'],
    official: ['tools-call-elicitation', 'elicitation-sep1034-defaults', 'elicitation-sep1330-enums'],
  },
  {
    requirement: 'Content blocks of tools, resources and prompts: images, audio, embedded resources',
    level: 'MUST',
    clause: 'server/tools',
    revisions: ['2025-11-25', '2026-07-28'],
    official: [
      'tools-call-image',
      'tools-call-audio',
      'tools-call-embedded-resource',
      'tools-call-mixed-content',
      'resources-read-binary',
      'prompts-get-with-image',
      'prompts-get-embedded-resource',
    ],
  },
  {
    requirement: 'Log messages of a tool arrive while it runs',
    level: 'MUST',
    clause: 'server/utilities/logging',
    revisions: ['2025-11-25'],
    official: ['tools-call-with-logging'],
  },
  {
    requirement: 'A stream that the server closes in mid-call can be resumed',
    level: 'SHOULD',
    clause: 'basic/transports#resumability-and-redelivery',
    revisions: ['2025-11-25'],
    official: ['server-sse-polling'],
  },
  {
    requirement:
      'Input that a server needs is asked for by input_required results, and request state is protected',
    level: 'MUST',
    clause: 'basic/patterns/mrtr',
    revisions: MODERN,
    official: ['input-required-result-*'],
  },
  {
    requirement: 'An undeclared client capability is refused with -32021',
    level: 'MUST',
    clause: 'basic/versioning',
    revisions: MODERN,
    official: ['server-stateless'],
  },
  {
    requirement: 'Headers that mirror tool parameters equal the body',
    level: 'MUST',
    clause: 'basic/transports/streamable-http#server-behavior-for-custom-headers',
    revisions: MODERN,
    official: ['http-custom-header-server-validation'],
  },
  {
    requirement: 'Long-running tasks (extension)',
    level: 'SHOULD',
    clause: 'basic',
    revisions: MODERN,
    official: ['tasks-*'],
  },
  {
    requirement: 'A message goes to one stream only',
    level: 'MUST',
    clause: 'basic/transports#multiple-connections',
    revisions: LEGACY,
    official: ['server-sse-multiple-streams'],
  },
  {
    requirement: 'A server that runs locally binds to loopback only',
    level: 'SHOULD',
    clause: 'basic/transports#security-warning',
    revisions: LEGACY,
    untestable: 'A tester on the same machine cannot tell which interfaces others reach.',
  },
  {
    requirement: 'Closing the response stream cancels the request',
    level: 'MUST',
    clause: 'basic/transports/streamable-http#cancellation',
    revisions: MODERN,
    untestable:
      'Whether work has stopped shows inside the server only; that it survives is robustness.load.disconnect.',
  },
  {
    requirement: 'Tokens are not passed through to other services',
    level: 'MUST',
    clause: 'basic/authorization',
    revisions: ['2025-06-18', '2025-11-25', '2026-07-28'],
    untestable: 'What a server sends to others cannot be seen by its client.',
  },
  {
    requirement: 'Lifecycle messages of the stdio transport',
    level: 'MUST',
    clause: 'basic/transports#stdio',
    revisions: LEGACY,
    untestable: 'The tester speaks to URLs.',
  },
];
