import { member, members, skipSpace } from '../jsonrpc/scan.ts';
import { isObject, type Params } from '../jsonrpc/message.ts';
import { META } from './envelope.ts';

/** Results that say how long they may be kept (2026-07-28, "Caching"). */
const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** A legacy server does not say for how long its answers hold, nor for whom: so not at all, and for nobody else. */
const CACHING = '"ttlMs":0,"cacheScope":"private",';

/** Members of a result that are written anew. */
const RESULT_MEMBERS: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope', '_meta']);

/** Keys of `_meta` that a legacy child has no use for. */
const ENVELOPE_KEYS: ReadonlySet<string> = new Set([
  META.protocolVersion,
  META.clientCapabilities,
  META.clientInfo,
  META.logLevel,
]);

/**
 * A result of a legacy child as the modern era wants it: complete, with its server's name, and hints for caches.
 * @param serverInfoText the child's `serverInfo` as it was written; empty when it gave none
 */
export function completeResult(method: string, resultText: string, serverInfoText: string): string {
  const at = skipSpace(resultText, 0);
  if (resultText[at] !== '{') return completeResult(method, '{}', serverInfoText);
  const found = members(resultText, at);
  const meta = found.findLast(({ key }) => key === '_meta');
  const metaText = meta && resultText[meta.start] === '{' ? resultText.slice(meta.start, meta.end) : '{}';
  const head = `{"resultType":"complete",${CACHEABLE.has(method) ? CACHING : ''}`;
  const rest = found
    .filter(({ key }) => !RESULT_MEMBERS.has(key))
    .map(({ key, start, end }) => `,${JSON.stringify(key)}:${resultText.slice(start, end)}`);
  return `${head}"_meta":${withMember(metaText, META.serverInfo, serverInfoText)}${rest.join('')}}`;
}

/** The object with one more member, or one replaced. An empty value changes nothing. */
export function withMember(objectText: string, name: string, valueText: string): string {
  if (valueText === '') return objectText;
  const others = members(objectText, 0)
    .filter(({ key }) => key !== name)
    .map(({ key, start, end }) => `,${JSON.stringify(key)}:${objectText.slice(start, end)}`);
  return `{${JSON.stringify(name)}:${valueText}${others.join('')}}`;
}

/** `serverInfo` of an InitializeResult as it was written; empty when it has none. */
export function serverInfoText(resultText: string): string {
  const span = member(resultText, skipSpace(resultText, 0), 'serverInfo');
  return span ? resultText.slice(span.start, span.end) : '';
}

/** `params` for a legacy child: without the envelope and the answers, each name once. */
export function childParams(params: Params, paramsText: string): string {
  const kept = new Map<string, string>();
  for (const { key, start, end } of members(paramsText, 0)) kept.set(key, paramsText.slice(start, end));
  kept.delete('inputResponses');
  kept.delete('requestState');
  // Tasks of 2025-11-25 are another protocol than those of the modern era's extension.
  kept.delete('task');
  const metaText = kept.get('_meta');
  if (metaText !== undefined && isObject(params['_meta'])) {
    const meta = new Map<string, string>();
    for (const { key, start, end } of members(metaText, 0)) meta.set(key, metaText.slice(start, end));
    for (const key of ENVELOPE_KEYS) meta.delete(key);
    if (meta.size === 0) kept.delete('_meta');
    else kept.set('_meta', objectOf(meta));
  }
  return objectOf(kept);
}

const objectOf = (entries: Map<string, string>): string =>
  `{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;

/** A notification's `params` with the id of the subscription that it is sent for. */
export function taggedParams(paramsText: string | undefined, subscriptionIdText: string): string {
  const text = paramsText ?? '{}';
  const meta = member(text, 0, '_meta');
  const metaText = meta && text[meta.start] === '{' ? text.slice(meta.start, meta.end) : '{}';
  return withMember(text, '_meta', withMember(metaText, META.subscriptionId, subscriptionIdText));
}
