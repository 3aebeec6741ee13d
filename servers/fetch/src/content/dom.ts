import domino from '@mixmark-io/domino';
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

/** The part of the DOM that is used here: the DOM types of TypeScript would reach into every file of the project. */
export interface Element {
  readonly textContent: string | null;
  readonly innerHTML: string;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
  cloneNode(deep: true): this;
}

export interface Document extends Element {
  readonly body: Element;
}

/**
 * Parses a page. The first parser builds the tree as browsers do, whatever the markup; the second one's tree is the one
 * that Readability can work on.
 */
export const parseDocument = (html: string): Document =>
  parse(createDocument(html, true).documentElement.outerHTML).document;

const parse = parseHTML as unknown as (html: string) => { document: Document };
const createDocument = domino.createDocument as unknown as (
  html: string,
  force: boolean,
) => { documentElement: { outerHTML: string } };

/** An article as Readability finds it. */
interface Article {
  title?: string | null;
  content?: string | null;
  textContent?: string | null;
}

/** Finds the article of a page; changes the document. */
export const ArticleReader = Readability as unknown as new (
  document: Document,
  options: { keepClasses: boolean; maxElemsToParse: number; charThreshold: number },
) => { parse(): Article | null };
