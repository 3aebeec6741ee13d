import type { Node } from './node.ts';

/** One space after the marker, and what belongs to the item below its text; the converter's own rule pads to four. */
export function listItem(content: string, item: Node): string {
  const marker = markerOf(item);
  const indented = content
    .replace(/^\n+/, '')
    .replace(/\n+$/, '')
    .replaceAll('\n', `\n${' '.repeat(marker.length)}`);
  return `${marker}${indented}${item.nextSibling ? '\n' : ''}`;
}

function markerOf(item: Node): string {
  const list = item.parentNode;
  if (list?.nodeName !== 'OL') return '- ';
  const start = Number(list.getAttribute('start') ?? 1);
  const index = Math.max(0, Array.from(list.children).indexOf(item));
  return `${(Number.isSafeInteger(start) ? start : 1) + index}. `;
}
