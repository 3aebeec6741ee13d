import type { Node } from './node.ts';

/** How highlighters of documentation and forges name a language in class names. */
const LANGUAGE =
  /(?:^|[\s-])(?:language|lang|highlight(?:-source|-text)?|brush:?)[-\s]?([A-Za-z0-9+#]{1,20})(?:\s|$)/;

/** A fenced block, the fence longer than any inside (CommonMark section 4.5). */
export function codeBlock(pre: Node): string {
  const code = (pre.textContent ?? '').replace(/^\n/, '').replace(/\s+$/, '');
  const longest = Math.max(2, ...Array.from(code.matchAll(/^`{3,}/gm), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}${languageOf(pre)}\n${code}\n${fence}\n\n`;
}

function languageOf(pre: Node): string {
  const classes = [pre.querySelector('code'), pre, pre.parentNode].map((node) => node?.className ?? '');
  return classes.map((it) => LANGUAGE.exec(it)?.[1]).find((it) => it !== undefined && it !== 'default') ?? '';
}
