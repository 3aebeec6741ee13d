import type { Node } from './node.ts';

/** What a cell of a table of data does not hold: such tables lay a page out. */
const BLOCKS = 'table,ul,ol,dl,pre,blockquote,h1,h2,h3,h4,h5,h6,hr,figure';
const MAX_COLUMNS = 50;
/** Between cells while the table is converted from the inside out; text never holds it, for it is stripped first. */
const CELL = '\u0000';

/** A cell's text, ended by a mark; in a table of layout, a block like any other. */
export function cell(content: string, node: Node): string {
  const owner = tableOf(node);
  if (owner === null || isLayout(owner)) return `\n\n${content}\n\n`;
  const text = content
    .replaceAll(CELL, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, '<br>')
    .replaceAll(/(?<!\\)\|/g, '\\|');
  const span = Number(node.getAttribute('colspan') ?? 1);
  const columns = Number.isSafeInteger(span) ? Math.min(Math.max(span, 1), MAX_COLUMNS) : 1;
  return `${text}${CELL.repeat(columns)}${isLastOfRow(node) ? '\n' : ''}`;
}

/** GitHub flavoured tables have a header row: the first one, whatever its cells are called. */
export function table(content: string, node: Node): string {
  if (isLayout(node)) return `\n\n${content}\n\n`;
  const rows = content.split('\n').filter((line) => line.includes(CELL));
  const caption = content
    .split('\n')
    .filter((line) => !line.includes(CELL))
    .join('\n')
    .trim();
  const cells = rows.map((row) => row.trim().split(CELL).slice(0, -1));
  const width = Math.max(...cells.map((row) => row.length));
  const lines = cells.map(
    (row) => `| ${Array.from({ length: width }, (_, at) => row[at]?.trim() ?? '').join(' | ')} |`,
  );
  lines.splice(1, 0, `|${' --- |'.repeat(width)}`);
  return `\n\n${caption === '' ? '' : `${caption}\n\n`}${lines.join('\n')}\n\n`;
}

function tableOf(node: Node): Node | null {
  let at = node.parentNode;
  while (at !== null && at.nodeName !== 'TABLE') at = at.parentNode;
  return at;
}

function isLastOfRow(node: Node): boolean {
  const row = node.parentNode?.children;
  return row !== undefined && row[row.length - 1] === node;
}

/** Of one column, or with more than text in its cells. */
function isLayout(node: Node): boolean {
  if (node.querySelectorAll(BLOCKS).length > 0) return true;
  const rows = Array.from(node.querySelectorAll('tr'));
  return rows.every((row) => row.children.length <= 1);
}
