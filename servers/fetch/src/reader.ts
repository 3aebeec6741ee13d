import { ToolError } from '@mcpgw/kit/mcp';
import { LRUCache } from 'lru-cache';
import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import { decode } from './content/charset.ts';
import type { Converter } from './content/converter.ts';
import { imageTypeOf, mediaTypeOf, sniff, type MediaType } from './content/media-type.ts';
import { createGate } from './gate.ts';
import type { HostRules } from './guard/hosts.ts';
import type { Send } from './http/cached-exchange.ts';
import { follow, type FetchedPage, type FetchRequest } from './http/follow.ts';
import type { CheckRobots } from './http/robots.ts';
import { BOUNDS } from './options.ts';

export interface ReadRequest extends Pick<
  FetchRequest,
  'url' | 'method' | 'headers' | 'body' | 'onProgress'
> {
  raw: boolean;
  principal: string;
  /** A later part of a page: the text that the same principal was given before serves, while it is kept. */
  resume: boolean;
  signal: AbortSignal;
}

/** A page in the form in which it is answered. */
export interface ReadPage extends Pick<
  FetchedPage,
  'status' | 'headers' | 'redirects' | 'truncated' | 'fromCache'
> {
  url: string;
  contentType: string;
  content:
    | { kind: 'text'; text: string; charset: string; title: string | undefined }
    | { kind: 'image'; data: string }
    | { kind: 'none' };
}

export interface Reader {
  /** @throws Refusal, ToolError */
  read(request: ReadRequest): Promise<ReadPage>;
}

export interface ReaderParts {
  rules: HostRules;
  send: Send;
  checkRobots: CheckRobots | undefined;
  converter: Converter;
  wholeMs: number;
}

/** How long and how much of texts is kept between the parts of a page. */
const PARTS_MS = 5 * 60_000;
const PARTS_CHARACTERS = 16 * 1_048_576;
/** What is shown of the page of an error. */
const EXCERPT = 1000;
/** JSON above this is shown as it came: laying it out would hold up everybody else. */
const MAX_PRETTY_JSON = 512 * 1024;

export function createReader({ rules, send, checkRobots, converter, wholeMs }: ReaderParts): Reader {
  const parts = new LRUCache<string, ReadPage>({
    max: 200,
    ttl: PARTS_MS,
    maxSize: PARTS_CHARACTERS,
    sizeCalculation: ({ content }) => (content.kind === 'text' ? content.text.length : 0) + 1,
  });

  const convert = async (page: FetchedPage, request: ReadRequest, signal: AbortSignal): Promise<ReadPage> => {
    const { status, headers, redirects, truncated, fromCache } = page;
    const type = mediaTypeOf(headers);
    const common = {
      status,
      headers,
      redirects,
      truncated,
      fromCache,
      url: page.url.href,
      contentType: type.essence,
    };
    const nothing: ReadPage = { ...common, content: { kind: 'none' } };
    if (request.method === 'HEAD') return nothing;
    const kind = type.essence === '' ? sniff(page.bytes) : type.kind;
    if (kind === 'other') throw new ToolError(unsupported(type, page.url));
    if (page.bytes.length === 0) return nothing;
    if (kind === 'image') return { ...common, ...image(page) };

    const { text, charset } = decode(page.bytes, type.charset);
    const asText = (shown: string, title?: string): ReadPage => ({
      ...common,
      content: { kind: 'text', text: shown, charset, title },
    });
    if (request.raw || kind === 'text') return asText(text);
    if (kind === 'json') return asText(pretty(text));
    const { title, markdown } = await converter.convert({ html: text, url: page.url.href }, signal);
    return asText(markdown, title);
  };

  const gate = createGate(BOUNDS.fetches, BOUNDS.fetchesPerPrincipal);

  const load = async (request: ReadRequest): Promise<ReadPage> => {
    const deadline = AbortSignal.timeout(wholeMs);
    const signal = AbortSignal.any([request.signal, deadline]);
    try {
      const fetched = await follow({ ...request, maxBytes }, rules, send, checkRobots, signal);
      const converted = convert(fetched, request, signal);
      const failed = (fetched.status < 200 || fetched.status >= 300) && request.method !== 'HEAD';
      if (failed) throw new ToolError(failureText(fetched, await converted.catch(() => undefined)));
      return await converted;
    } catch (error) {
      if (deadline.aborted) throw new ToolError(`The page is not there within ${wholeMs / 1000} s.`);
      throw error;
    }
  };

  return {
    read: async (request) => {
      const plain = request.method === 'GET' && request.headers.size === 0;
      const key = [request.principal, request.url, request.raw].join('\n');
      const kept = plain && request.resume ? parts.get(key) : undefined;
      if (kept) return kept;
      const page = await gate(request.principal, () => load(request));
      if (plain) parts.set(key, page);
      return page;
    },
  };
}

/** Nothing is read of what could not be shown. */
function maxBytes(_status: number, headers: IncomingHttpHeaders): number {
  const { essence, kind } = mediaTypeOf(headers);
  if (kind === 'image') return BOUNDS.imageBytes;
  return kind === 'other' && essence !== '' ? 0 : BOUNDS.textBytes;
}

function image({ bytes, truncated, url }: FetchedPage): Pick<ReadPage, 'contentType' | 'content'> {
  if (truncated) throw new ToolError(`The image ${url.href} is larger than ${BOUNDS.imageBytes} bytes.`);
  const contentType = imageTypeOf(bytes);
  if (contentType === undefined) throw new ToolError(`${url.href} says that it is an image, and is none.`);
  return { contentType, content: { kind: 'image', data: bytes.toString('base64') } };
}

function unsupported({ essence }: MediaType, url: URL): string {
  const what = essence === '' ? 'binary data without a type' : essence;
  return `${url.href} is ${what}, which cannot be shown. Text, HTML, JSON and images (PNG, JPEG, GIF, WebP) can.`;
}

function pretty(text: string): string {
  if (text.length > MAX_PRETTY_JSON) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function failureText({ status, url }: FetchedPage, page: ReadPage | undefined): string {
  const shown = page?.content.kind === 'text' ? [page.content.title ?? '', page.content.text] : [];
  const excerpt = shown.join('\n\n').trim().slice(0, EXCERPT);
  return `${url.href} answers ${status} ${STATUS_CODES[status] ?? ''}.${excerpt === '' ? '' : `\n\n${excerpt}`}`;
}
