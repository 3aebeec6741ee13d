import { gfm } from '@joplin/turndown-plugin-gfm';
import Turndown from 'turndown';

/** HTML as GitHub flavoured Markdown, in one style. */
export function toMarkdown(html: string): string {
  const converter = new Turndown({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '_',
  });
  converter.use(gfm);
  converter.addRule('listItem', {
    filter: 'li',
    replacement: (content, node) => listItem(content, node as Item),
  });
  return converter
    .turndown(html)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

interface Item {
  readonly parentNode: Item | null;
  readonly nodeName: string;
  readonly nextSibling: Item | null;
  readonly children: Iterable<Item> & { readonly length: number; readonly [index: number]: Item | undefined };
  getAttribute(name: string): string | null;
}

/** One space after the marker, and what belongs to the item below its text; the converter's own rule pads to four. */
function listItem(content: string, item: Item): string {
  const marker = markerOf(item);
  const indented = content
    .replace(/^\n+/, '')
    .replace(/\n+$/, '')
    .replaceAll('\n', `\n${' '.repeat(marker.length)}`);
  return `${marker}${indented}${item.nextSibling ? '\n' : ''}`;
}

function markerOf(item: Item): string {
  const list = item.parentNode;
  if (list?.nodeName !== 'OL') return '- ';
  const start = Number(list.getAttribute('start') ?? 1);
  let index = 0;
  while (index < list.children.length && list.children[index] !== item) index += 1;
  return `${(Number.isSafeInteger(start) ? start : 1) + index}. `;
}
