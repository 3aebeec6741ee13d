import type { ServerFacts } from '../child/handshake.ts';
import { member, skipSpace } from '../jsonrpc/scan.ts';
import { omitMembers } from '../jsonrpc/splice.ts';
import { shareableCapabilities } from '../legacy/shared-result.ts';
import { MODERN_VERSION } from './envelope.ts';
import { completeResult, serverInfoText } from './texts.ts';

/** Capabilities of legacy revisions that mean something else, or nothing, in the modern era. */
const LEGACY_ONLY: ReadonlySet<string> = new Set(['tasks']);

/**
 * The result of `server/discover`, from what a child said of itself when it was initialised.
 * @param shared whether one child serves different principals; then only what can be shared honestly is advertised
 */
export function discoverResult(facts: ServerFacts, shared: boolean): string {
  const { resultText } = facts;
  const at = skipSpace(resultText, 0);
  const part = (key: string): string | undefined => {
    const span = member(resultText, at, key);
    return span && resultText.slice(span.start, span.end);
  };
  const said = part('capabilities') ?? '';
  const declared = said.startsWith('{') ? said : '{}';
  const capabilities = shared
    ? shareableCapabilities(declared)
    : omitMembers(declared, (key) => LEGACY_ONLY.has(key));
  const instructions = part('instructions');
  const text =
    `{"supportedVersions":["${MODERN_VERSION}"],"capabilities":${capabilities}` +
    `${instructions === undefined ? '' : `,"instructions":${instructions}`}}`;
  return completeResult('server/discover', text, serverInfoText(resultText));
}
