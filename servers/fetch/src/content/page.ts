import { ArticleReader, parseDocument, type Document } from './dom.ts';
import { toMarkdown } from './markdown.ts';

export interface Page {
  title: string | undefined;
  markdown: string;
}

/** An article that holds less of the page's text than that is a teaser, and the page a list of such. */
const ARTICLE_SHARE = 0.4;
const ARTICLE_LENGTH = 500;
const MAX_ELEMENTS = 100_000;

/** Not content: programs, styles, what opens only on a click, and what people skip. */
const NOISE =
  'script,style,noscript,template,iframe,object,embed,form,dialog,svg,canvas,[hidden],[aria-hidden="true"],link,meta';
const FURNITURE =
  'nav,footer,aside,header nav,[role="navigation"],[role="banner"],[role="contentinfo"],[role="search"]';

/**
 * A page as Markdown: its article where there is one, all of its text otherwise.
 * @param url of the page, to make its links absolute
 */
export function convertPage(html: string, url: string): Page {
  const document = parseDocument(html);
  const title = titleOf(document);
  for (const element of document.querySelectorAll(NOISE)) element.remove();
  absolutize(document, url);

  const body = document.body.cloneNode(true);
  for (const element of body.querySelectorAll(FURNITURE)) element.remove();
  const article = readArticle(document);
  const text = lengthOf(body.textContent);
  const found =
    article !== undefined && (article.length >= ARTICLE_LENGTH || article.length >= text * ARTICLE_SHARE);
  // A page that is furniture only is shown with it rather than not at all.
  const rest = text > 0 ? body : document.body;
  return { title: title ?? article?.title, markdown: toMarkdown(found ? article.html : rest.innerHTML) };
}

function readArticle(
  document: Document,
): { title: string | undefined; html: string; length: number } | undefined {
  const reader = new ArticleReader(document.cloneNode(true), {
    keepClasses: true,
    maxElemsToParse: MAX_ELEMENTS,
    charThreshold: ARTICLE_LENGTH,
  });
  const article = reader.parse();
  if (!article?.content) return undefined;
  return { title: article.title ?? undefined, html: article.content, length: lengthOf(article.textContent) };
}

function titleOf(document: Document): string | undefined {
  const title =
    document.querySelector('title')?.textContent ?? document.querySelector('h1')?.textContent ?? '';
  return title.replaceAll(/\s+/g, ' ').trim() || undefined;
}

/** Links lead somewhere only with their page's address in front; scripts and embedded data lead nowhere. */
function absolutize(document: Document, url: string): void {
  const base = URL.parse(document.querySelector('base')?.getAttribute('href') ?? '', url)?.href ?? url;
  for (const [selector, name] of [
    ['a[href]', 'href'],
    ['img[src]', 'src'],
  ] as const) {
    for (const element of document.querySelectorAll(selector)) {
      const target = URL.parse(element.getAttribute(name) ?? '', base);
      if (target && /^(?:https?|mailto|tel):$/.test(target.protocol)) element.setAttribute(name, target.href);
      else if (name === 'src') element.remove();
      else element.removeAttribute(name);
    }
  }
}

const lengthOf = (text: string | null | undefined): number =>
  (text ?? '').replaceAll(/\s+/g, ' ').trim().length;
