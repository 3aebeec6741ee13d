import type { ServerFacts } from '../child/handshake.ts';
import { isObject } from '../jsonrpc/message.ts';
import { member } from '../jsonrpc/scan.ts';
import { omitMembers, splice } from '../jsonrpc/splice.ts';

/** Capabilities whose messages can be told apart by the request that they answer, or concern everybody. */
const SHAREABLE: ReadonlySet<string> = new Set(['tools', 'prompts', 'resources', 'completions']);

/**
 * The InitializeResult for a client whose child is already in service.
 * @param version the revision to answer with
 * @param shared whether the child serves different principals; then only what can be shared honestly is advertised
 */
export function sharedResult(facts: ServerFacts, version: string, shared: boolean): string {
  let text = facts.resultText;
  const versionSpan = member(text, 0, 'protocolVersion');
  if (versionSpan) text = splice(text, versionSpan, JSON.stringify(version));
  const capabilitiesSpan = member(text, 0, 'capabilities');
  if (!shared || !capabilitiesSpan || !isObject(facts.capabilities)) return text;
  let capabilities = omitMembers(
    text.slice(capabilitiesSpan.start, capabilitiesSpan.end),
    (key) => !SHAREABLE.has(key),
  );
  const resources = member(capabilities, 0, 'resources');
  if (resources && isObject(facts.capabilities['resources'])) {
    const kept = omitMembers(
      capabilities.slice(resources.start, resources.end),
      (key) => key === 'subscribe',
    );
    capabilities = splice(capabilities, resources, kept);
  }
  return splice(text, capabilitiesSpan, capabilities);
}
