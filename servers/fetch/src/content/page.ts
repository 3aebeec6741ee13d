import { ArticleReader, parseDocument, type Document } from './dom.ts';
import { toMarkdown } from './markdown.ts';

export interface Page {
  title: string | undefined;
  markdown: string;
}

/** From this length on an article stands for its page; a shorter one only if it is most of the text. */
const LONG_ARTICLE = 2000;
const ARTICLE_SHARE = 0.8;
const MAX_ELEMENTS = 100_000;

/** Not content: programs, styles, what is hidden, and controls. */
const NOISE = [
  'script,style,noscript,template,iframe,object,embed,dialog,svg,canvas,link,meta,button,select,textarea',
  'input:not([type="checkbox"]),[hidden],[aria-hidden="true"],.mw-editsection,a.headerlink,a.anchor',
].join(',');
/** What people skip. */
const FURNITURE =
  'nav,footer,aside,[role="navigation"],[role="banner"],[role="contentinfo"],[role="search"],[role="dialog"]';

/**
 * A page as Markdown: its article where there is one, all of its text otherwise.
 * @param url of the page, to make its links absolute
 */
export function convertPage(html: string, url: string): Page {
  const document = parseDocument(html);
  const title = titleOf(document);
  for (const element of document.querySelectorAll(NOISE)) element.remove();
  absolutize(document, url);
  simplify(document);
  const everything = document.body.innerHTML;

  for (const element of document.querySelectorAll(FURNITURE)) element.remove();
  for (const element of document.querySelectorAll('body > header')) {
    if (!element.querySelector('h1')) element.remove();
  }
  const text = lengthOf(document.body.textContent);
  // A page that is furniture only is shown with it rather than not at all.
  if (text === 0) return withoutTitle(title, toMarkdown(everything));
  const rest = document.body.innerHTML;
  const article = readArticle(document);
  const stands = article && (article.length >= LONG_ARTICLE || article.length >= text * ARTICLE_SHARE);
  return withoutTitle(title ?? article?.title, toMarkdown(stands ? article.html : rest));
}

/** A heading at the top that repeats the title says nothing. */
function withoutTitle(title: string | undefined, markdown: string): Page {
  const [all = '', heading = ''] = /^#{1,2} (.+)\n*/.exec(markdown) ?? [];
  const repeats = heading !== '' && title?.includes(heading.replaceAll('\\', '').trim());
  return { title, markdown: repeats ? markdown.slice(all.length) : markdown };
}

function readArticle(
  document: Document,
): { title: string | undefined; html: string; length: number } | undefined {
  const reader = new ArticleReader(document, {
    keepClasses: true,
    maxElemsToParse: MAX_ELEMENTS,
  });
  const article = reader.parse();
  if (!article?.content) return undefined;
  return { title: article.title || undefined, html: article.content, length: lengthOf(article.textContent) };
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

/** What neither the finder of articles nor Markdown has a place for, said in characters. */
function simplify(document: Document): void {
  for (const box of document.querySelectorAll('input')) {
    box.replaceWith(box.getAttribute('checked') === null ? '☐ ' : '☑ ');
  }
  for (const line of document.querySelectorAll('h1 br,h2 br,h3 br,h4 br,h5 br,h6 br')) line.replaceWith(' ');
}

const lengthOf = (text: string | null | undefined): number =>
  (text ?? '').replaceAll(/\s+/g, ' ').trim().length;
