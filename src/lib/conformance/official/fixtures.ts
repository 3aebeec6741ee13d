import type { Link } from '../mcp/types.ts';
import { capabilitiesOf, listOf, type ListName } from '../checks/protocol/lists.ts';

type Need = readonly ['tools' | 'resources' | 'resourceTemplates' | 'prompts' | 'capability', string];

/** What a scenario of the official suite calls on the server, by the names of the suite's own fixture. */
const NEEDS = new Map<string, Need>([
  ['logging-set-level', ['capability', 'logging']],
  ['prompts-list', ['capability', 'prompts']],
  ['resources-list', ['capability', 'resources']],
  ['sep-2164-resource-not-found', ['capability', 'resources']],
  ['completion-complete', ['prompts', 'test_prompt_with_arguments']],
  ['tools-call-simple-text', ['tools', 'test_simple_text']],
  ['tools-call-image', ['tools', 'test_image_content']],
  ['tools-call-audio', ['tools', 'test_audio_content']],
  ['tools-call-embedded-resource', ['tools', 'test_embedded_resource']],
  ['tools-call-mixed-content', ['tools', 'test_multiple_content_types']],
  ['tools-call-with-logging', ['tools', 'test_tool_with_logging']],
  ['tools-call-with-progress', ['tools', 'test_tool_with_progress']],
  ['tools-call-error', ['tools', 'test_error_handling']],
  ['tools-call-sampling', ['tools', 'test_sampling']],
  ['tools-call-elicitation', ['tools', 'test_elicitation']],
  ['elicitation-sep1034-defaults', ['tools', 'test_elicitation_sep1034_defaults']],
  ['elicitation-sep1330-enums', ['tools', 'test_elicitation_sep1330_enums']],
  ['server-sse-polling', ['tools', 'test_reconnection']],
  ['json-schema-2020-12', ['tools', 'json_schema_2020_12_tool']],
  ['resources-read-text', ['resources', 'test://static-text']],
  ['resources-read-binary', ['resources', 'test://static-binary']],
  ['resources-templates-read', ['resourceTemplates', 'test://template/{id}/data']],
  ['resources-subscribe', ['resources', 'test://watched-resource']],
  ['resources-unsubscribe', ['resources', 'test://watched-resource']],
  ['prompts-get-simple', ['prompts', 'test_simple_prompt']],
  ['prompts-get-with-args', ['prompts', 'test_prompt_with_arguments']],
  ['prompts-get-embedded-resource', ['prompts', 'test_prompt_with_embedded_resource']],
  ['prompts-get-with-image', ['prompts', 'test_prompt_with_image']],
  ['input-required-result-basic-elicitation', ['tools', 'test_input_required_result_elicitation']],
  ['input-required-result-basic-sampling', ['tools', 'test_input_required_result_sampling']],
  ['input-required-result-basic-list-roots', ['tools', 'test_input_required_result_list_roots']],
  ['input-required-result-request-state', ['tools', 'test_input_required_result_request_state']],
  ['input-required-result-multiple-input-requests', ['tools', 'test_input_required_result_multiple_inputs']],
  ['input-required-result-multi-round', ['tools', 'test_input_required_result_multi_round']],
  ['input-required-result-tampered-state', ['tools', 'test_input_required_result_tampered_state']],
  ['input-required-result-capability-check', ['tools', 'test_input_required_result_capabilities']],
  ['input-required-result-missing-input-response', ['tools', 'test_input_required_result_elicitation']],
  ['input-required-result-validate-input', ['tools', 'test_input_required_result_elicitation']],
  ['input-required-result-result-type', ['tools', 'test_input_required_result_elicitation']],
  ['input-required-result-ignore-extra-params', ['tools', 'test_input_required_result_elicitation']],
  ['input-required-result-non-tool-request', ['prompts', 'test_input_required_result_prompt']],
  ['http-custom-header-server-validation', ['tools', 'test_custom_header']],
]);

/** Whole families that need a fixture of their own. */
const FAMILIES: readonly [RegExp, Need][] = [
  [/^tasks-/, ['tools', 'slow_compute']],
  [/^input-required-result-/, ['tools', 'test_input_required_result_elicitation']],
  [/^sep-2640-|^skills-/, ['resources', 'skill://index']],
];

/** Single checks of otherwise general scenarios that call a tool of the fixture. */
const CHECK_NEEDS = new Map<string, Need>([
  ['sep-2549-prompts-list-caching-hints', ['capability', 'prompts']],
  ['sep-2549-resources-list-caching-hints', ['capability', 'resources']],
  ['sep-2549-resources-templates-list-caching-hints', ['capability', 'resources']],
  ['sep-2549-resources-read-caching-hints', ['capability', 'resources']],
  ['sep-2575-server-sends-tools-list-changed-on-subscription', ['tools', 'test_trigger_tool_change']],
  ['sep-2575-server-sends-prompts-list-changed-on-subscription', ['tools', 'test_trigger_prompt_change']],
  ['sep-2575-server-rejects-undeclared-capability', ['tools', 'test_missing_capability']],
  ['sep-2575-missing-capability-http-400', ['tools', 'test_missing_capability']],
  ['sep-2575-http-server-no-independent-requests-on-stream', ['tools', 'test_streaming_elicitation']],
  ['sep-2575-server-no-log-without-loglevel', ['tools', 'test_logging_tool']],
]);

const KEYS = { tools: 'name', resources: 'uri', resourceTemplates: 'uriTemplate', prompts: 'name' } as const;

/** Tells what of the official fixture a scenario, or one of its checks, needs and the server lacks. */
export async function missingOf(
  link: Link,
): Promise<(scenario: string, check: string) => string | undefined> {
  const capabilities = await capabilitiesOf(link);
  const names = new Map<string, Set<unknown>>([['capability', new Set(Object.keys(capabilities))]]);
  for (const list of ['tools', 'resources', 'resourceTemplates', 'prompts'] as const) {
    names.set(list, await namesIn(link, list, capabilities));
  }
  return (scenario, check) => {
    const need =
      CHECK_NEEDS.get(check) ?? NEEDS.get(scenario) ?? FAMILIES.find(([form]) => form.test(scenario))?.[1];
    if (!need || names.get(need[0])?.has(need[1])) return undefined;
    return need[0] === 'capability' ? `the capability ${need[1]}` : `${need[1]} of the official fixture`;
  };
}

async function namesIn(
  link: Link,
  list: ListName,
  capabilities: Record<string, unknown>,
): Promise<Set<unknown>> {
  const capability = list === 'resourceTemplates' ? 'resources' : list;
  if (!(capability in capabilities)) return new Set();
  // A list that cannot be read has nothing in it; why, the protocol suite tells.
  const { items } = await listOf(link, list).catch(() => ({ items: [] }));
  return new Set(items.map((item) => item[KEYS[list]]));
}
