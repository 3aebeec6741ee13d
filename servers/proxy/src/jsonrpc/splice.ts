import { elements, member, members, type Span } from './scan.ts';
import { isObject, type Params } from './message.ts';

/** `text` with the span replaced. */
export const splice = (text: string, { start, end }: Span, replacement: string): string =>
  text.slice(0, start) + replacement + text.slice(end);

/** The span of `params._meta.progressToken`; undefined when the request asks for no progress. */
export function progressTokenSpan(
  params: Params | undefined,
  paramsText: string | undefined,
): Span | undefined {
  const meta = params?.['_meta'];
  if (paramsText === undefined || !isObject(meta)) return undefined;
  const token = meta['progressToken'];
  if (typeof token !== 'string' && typeof token !== 'number') return undefined;
  const metaSpan = member(paramsText, 0, '_meta');
  return metaSpan && member(paramsText, metaSpan.start, 'progressToken');
}

/**
 * `result` of `tools/list` with only the tools that the caller may use, each as the child wrote it.
 * @param allowed every tool when undefined
 */
export function filterTools(resultText: string, allowed: ReadonlySet<string> | undefined): string {
  if (allowed === undefined) return resultText;
  const result: unknown = JSON.parse(resultText);
  const tools = isObject(result) ? result['tools'] : undefined;
  const span = Array.isArray(tools) ? member(resultText, 0, 'tools') : undefined;
  if (!Array.isArray(tools) || !span) return resultText;
  const kept = elements(resultText, span.start)
    .filter((_, i) => {
      const tool: unknown = tools[i];
      return isObject(tool) && typeof tool['name'] === 'string' && allowed.has(tool['name']);
    })
    .map(({ start, end }) => resultText.slice(start, end));
  return splice(resultText, span, `[${kept.join(',')}]`);
}

/** An object without the members that `drop` names. */
export function omitMembers(objectText: string, drop: (key: string) => boolean): string {
  const kept = members(objectText, 0)
    .filter(({ key }) => !drop(key))
    .map(({ key, start, end }) => `${JSON.stringify(key)}:${objectText.slice(start, end)}`);
  return `{${kept.join(',')}}`;
}
