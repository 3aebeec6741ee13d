import type { ServerFacts } from '../child/handshake.ts';
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
  const capabilities = member(text, 0, 'capabilities');
  if (!shared || !capabilities || text[capabilities.start] !== '{') return text;
  return splice(text, capabilities, shareableCapabilities(text.slice(capabilities.start, capabilities.end)));
}

/** Server capabilities without those whose messages cannot be told apart between clients. */
export function shareableCapabilities(capabilitiesText: string): string {
  const kept = omitMembers(capabilitiesText, (key) => !SHAREABLE.has(key));
  const resources = member(kept, 0, 'resources');
  if (!resources || kept[resources.start] !== '{') return kept;
  return splice(
    kept,
    resources,
    omitMembers(kept.slice(resources.start, resources.end), (key) => key === 'subscribe'),
  );
}
