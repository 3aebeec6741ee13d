import Turndown from 'turndown';
import { codeBlock } from './markdown/code.ts';
import { listItem } from './markdown/list.ts';
import { cell, table } from './markdown/table.ts';
import type { Node } from './markdown/node.ts';

type Rule = readonly [name: string, filter: string[], replacement: (content: string, node: Node) => string];

/** What CommonMark lacks, and what the converter's own rules lay out in another style. */
const RULES: readonly Rule[] = [
  ['struck', ['del', 's', 'strike'], (content) => (content.trim() === '' ? content : `~~${content}~~`)],
  ['quoted', ['q'], (content) => `“${content}”`],
  ['raised', ['sup'], (content) => (content.includes('](') ? content : `^${content}`)],
  ['term', ['dt', 'summary'], (content) => `\n\n**${content.trim()}**\n\n`],
  ['code', ['pre'], (_content, node) => codeBlock(node)],
  ['item', ['li'], listItem],
  ['cell', ['td', 'th'], cell],
  ['table', ['table'], table],
];

/** What is used of Turndown, whose types are of a browser's DOM. */
interface Converter {
  addRule(name: string, rule: { filter: string[]; replacement: Rule[2] }): void;
  turndown(html: string): string;
}

/** HTML as GitHub flavoured Markdown, in one style. */
export function toMarkdown(html: string): string {
  const converter = new Turndown({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '_',
  }) as unknown as Converter;
  for (const [name, filter, replacement] of RULES) converter.addRule(name, { filter, replacement });
  return converter
    .turndown(html)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
