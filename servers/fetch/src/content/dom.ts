// @ts-expect-error -- its types speak of a module called domino
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
  replaceWith(text: string): void;
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

const { createDocument } = domino as {
  /** Parses as the HTML standard says. @param force also where the text is empty */
  createDocument: (
    html: string,
    force: boolean,
  ) => { readonly documentElement: { readonly outerHTML: string } };
};
const parse = parseHTML as unknown as (html: string) => { document: Document };
/** An article as Readability finds it. */
interface Article {
  title?: string | null;
  content?: string | null;
  textContent?: string | null;
}

/** Finds the article of a page; changes the document. */
export const ArticleReader = Readability as unknown as new (
  document: Document,
  options: { keepClasses: boolean; maxElemsToParse: number },
) => { parse(): Article | null };
