import { spec, type Check } from '../../check.ts';
import { errorOf, resultOf } from '../../mcp/message.ts';
import type { Link } from '../../mcp/types.ts';
import { MODERN, pass, REVISIONS, skip, verdict } from '../../types.ts';
import { problemsOf } from '../../schema/validate.ts';
import { capabilitiesOf } from './lists.ts';

const LIST_METHODS = [
  ['tools', 'tools/list'],
  ['resources', 'resources/list'],
  ['prompts', 'prompts/list'],
] as const;

/** Capabilities, honoured both ways. */
export const capabilityChecks: Check<Link>[] = [
  {
    id: 'protocol.capabilities.declared',
    title: 'What the server declares, it serves',
    level: 'MUST',
    clause: spec('basic/lifecycle#capability-negotiation', 'basic/versioning'),
    revisions: REVISIONS,
    advice: 'Declare only capabilities whose methods you implement.',
    async run(link) {
      const capabilities = await capabilitiesOf(link);
      const refused: string[] = [];
      for (const [name, method] of LIST_METHODS) {
        if (!(name in capabilities)) continue;
        const reply = await link.request(method);
        if (errorOf(reply.response)?.code === -32601)
          refused.push(`${name} is declared, ${method} is unknown`);
      }
      return verdict(
        refused.length === 0,
        refused.join('; ') || `Declared: ${Object.keys(capabilities).join(', ')}`,
      );
    },
  },
  {
    id: 'protocol.capabilities.undeclared',
    title: 'What the server serves, it declares',
    level: 'SHOULD',
    clause: spec('basic/lifecycle#capability-negotiation', 'basic/versioning'),
    revisions: REVISIONS,
    advice: 'Declare the capability, or clients will not use it.',
    async run(link) {
      const capabilities = await capabilitiesOf(link);
      const hidden: string[] = [];
      for (const [name, method] of LIST_METHODS) {
        if (name in capabilities) continue;
        const items = resultOf((await link.request(method)).response)?.[name];
        if (Array.isArray(items) && items.length > 0) hidden.push(name);
      }
      return verdict(
        hidden.length === 0,
        hidden.length > 0 ? `Served but not declared: ${hidden.join(', ')}` : 'None is hidden.',
      );
    },
  },
];

/** Looks back at everything that was received; runs last. */
export const hindsightChecks: Check<Link>[] = [
  {
    id: 'protocol.modern.result-type',
    title: 'Every result says its resultType',
    level: 'MUST',
    clause: spec('basic', 'basic#responses'),
    revisions: MODERN,
    advice: 'Put "resultType": "complete" into every result.',
    run(link) {
      const results = link.received.map(resultOf).filter((result) => result !== undefined);
      // The answer to initialize is one of another era.
      const bare = results.filter(
        (one) => typeof one['resultType'] !== 'string' && !('protocolVersion' in one),
      );
      const [first] = bare;
      const seen = first
        ? `${bare.length} of ${results.length} do not, such as ${JSON.stringify(first).slice(0, 200)}`
        : '';
      return Promise.resolve(
        verdict(bare.length === 0 && results.length > 0, seen || `${results.length} results do.`),
      );
    },
  },
  {
    id: 'protocol.capabilities.client-respected',
    title: 'The server asks for nothing that the client did not declare',
    level: 'MUST',
    clause: spec('basic/lifecycle#capability-negotiation', 'basic/patterns/mrtr'),
    revisions: REVISIONS,
    advice: 'Send sampling, elicitation and roots requests only to clients that declare the capability.',
    run(link) {
      const asked = link.received.filter((one) => 'method' in one && 'id' in one && one['method'] !== 'ping');
      const methods = [...new Set(asked.map((one) => String(one['method'])))];
      return Promise.resolve(
        verdict(
          methods.length === 0,
          methods.length > 0 ? `Asked for: ${methods.join(', ')}` : 'It asked for nothing.',
        ),
      );
    },
  },
  {
    id: 'protocol.notification.valid',
    title: 'The notifications that came are valid',
    level: 'MUST',
    clause: spec('basic#notifications', 'basic#notifications'),
    revisions: REVISIONS,
    advice: 'Send notifications in the form of the schema.',
    async run(link) {
      const notifications = link.received.filter((one) => 'method' in one && !('id' in one));
      for (const one of notifications) {
        if (!KNOWN_NOTIFICATION.test(String(one['method']))) continue;
        const problems = await problemsOf(
          'ServerNotification',
          { method: one['method'], params: one['params'] ?? {} },
          link.revision,
        );
        if (problems.length > 0) return verdict(false, `${String(one['method'])}: ${problems.join('; ')}`);
      }
      return notifications.length === 0
        ? skip('No notification came.')
        : pass(`${notifications.length} came.`);
    },
  },
];

const KNOWN_NOTIFICATION =
  /^notifications\/(progress|message|cancelled|(tools|prompts|resources)\/list_changed|resources\/updated)$/;
