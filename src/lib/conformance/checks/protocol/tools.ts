import { spec, type Check } from '../../check.ts';
import { errorOf, isObject, resultOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { skip, verdict } from '../../types.ts';
import { feature, requiredOf } from './feature.ts';
import { listOf, validResult } from './lists.ts';

const TOOL_ERRORS = spec('server/tools#error-handling');
const PROGRESS = spec('basic/utilities/progress#progress-flow', 'basic/patterns/progress');
const PROGRESS_TOKEN = 'mcpgw-progress';
/** Tools of the official fixtures, whose behaviour is known. */
const PROGRESS_TOOL = 'test_tool_with_progress';
const SAFE_TOOLS = ['test_simple_text', 'echo'];

/** Calling tools, and progress. */
export const toolCallChecks: Check<Link>[] = [
  feature('tools', {
    id: 'protocol.tools.call',
    title: 'The result of a tool call is valid',
    level: 'MUST',
    clause: spec('server/tools#tool-result'),
    advice: 'Return content as an array of content blocks of the revision.',
    async run(link) {
      const tool = await safeTool(link);
      if (!tool)
        return skip('No tool is known to be safe to call (read-only, without arguments of its own).');
      const reply = await link.request('tools/call', tool);
      return validResult('CallToolResult', reply.response, link, `${tool.name}: ${describe(reply)}`);
    },
  }),
  feature('tools', {
    id: 'protocol.tools.unknown',
    title: 'A call of an unknown tool is an error',
    level: 'SHOULD',
    clause: TOOL_ERRORS,
    advice: 'Answer a call of an unknown tool with a JSON-RPC error -32602.',
    async run(link) {
      const reply = await link.request('tools/call', { name: 'mcpgw-no-such-tool', arguments: {} });
      const isError = resultOf(reply.response)?.['isError'] === true;
      return verdict(isError || errorOf(reply.response) !== undefined, describe(reply));
    },
  }),
  feature('tools', {
    id: 'protocol.tools.invalid-arguments',
    title: 'A call with arguments of the wrong type is an error',
    level: 'MUST',
    clause: spec('server/tools#security-considerations'),
    advice: 'Validate arguments against inputSchema before the tool runs.',
    async run(link) {
      const tool = await toolWithRequiredString(link);
      if (!tool) return skip('No read-only tool requires a string.');
      const reply = await link.request('tools/call', {
        name: tool.name,
        arguments: { [tool.property]: { not: 'a string' } },
      });
      const isError = resultOf(reply.response)?.['isError'] === true;
      return verdict(isError || errorOf(reply.response) !== undefined, `${tool.name}: ${describe(reply)}`);
    },
  }),
  feature('tools', {
    id: 'protocol.progress.token',
    title: 'Progress carries the token of its request',
    level: 'MUST',
    clause: PROGRESS,
    advice: 'Send progress with the progressToken of the request that it belongs to.',
    async run(link) {
      const seen = await progressOf(link);
      if (!seen) return skip('No tool is known to report progress.');
      return verdict(
        seen.every(({ progressToken }) => progressToken === PROGRESS_TOKEN),
        JSON.stringify(seen),
      );
    },
  }),
  feature('tools', {
    id: 'protocol.progress.increases',
    title: 'Progress increases with each notification',
    level: 'MUST',
    clause: PROGRESS,
    advice: 'Increase progress with every notification.',
    async run(link) {
      const seen = await progressOf(link);
      if (!seen) return skip('No tool is known to report progress.');
      const values = seen.map(({ progress }) => Number(progress));
      const rising = values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0));
      return verdict(rising, `Progress: ${values.join(', ')}`);
    },
  }),
];

interface ToolCall extends Record<string, unknown> {
  name: string;
  arguments: Record<string, unknown>;
}

/** A tool that may be called on a server one does not know: it says that it only reads, and needs no arguments but text. */
async function safeTool(link: Link): Promise<ToolCall | undefined> {
  const { items } = await listOf(link, 'tools');
  for (const tool of items.filter(readOnly)) {
    const required = requiredOf(tool['inputSchema']);
    if (required.length === 0) return { name: String(tool['name']), arguments: {} };
    if (tool['name'] === 'echo' && required.length === 1) {
      return { name: 'echo', arguments: { [required[0] ?? '']: 'mcpgw' } };
    }
  }
  return undefined;
}

const readOnly = (tool: Record<string, unknown>): boolean =>
  (isObject(tool['annotations']) && tool['annotations']['readOnlyHint'] === true) ||
  SAFE_TOOLS.includes(String(tool['name']));

async function toolWithRequiredString(link: Link): Promise<{ name: string; property: string } | undefined> {
  const { items } = await listOf(link, 'tools');
  for (const tool of items.filter(readOnly)) {
    const schema = tool['inputSchema'];
    const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
    const property = requiredOf(schema).find(
      (name) => isObject(properties[name]) && properties[name]['type'] === 'string',
    );
    if (property !== undefined) return { name: String(tool['name']), property };
  }
  return undefined;
}

/** The params of the progress notifications of one call of the fixture's tool. */
async function progressOf(link: Link): Promise<Record<string, unknown>[] | undefined> {
  return link.once('progress', async () => {
    const { items } = await listOf(link, 'tools');
    if (!items.some(({ name }) => name === PROGRESS_TOOL)) return undefined;
    const params = { name: PROGRESS_TOOL, arguments: {}, _meta: { progressToken: PROGRESS_TOKEN } };
    const { messages } = await link.request('tools/call', params);
    const progress = messages
      .filter(({ method }) => method === 'notifications/progress')
      .map((one) => one['params']);
    return progress.filter(isObject);
  });
}
