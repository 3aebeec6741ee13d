import { TextDecoder } from 'node:util';

/** How far into a page its own word on the encoding is looked for (HTML standard, "prescan a byte stream"). */
const PRESCAN_BYTES = 1024;
const META = /<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_:.+-]{1,40})/i;
const XML = /^<\?xml[^>]+encoding\s*=\s*["']([A-Za-z0-9_:.+-]{1,40})/i;

export interface Decoded {
  text: string;
  charset: string;
}

/**
 * Decodes a body: byte order mark, then Content-Type, then the page's own word, then UTF-8, then Windows-1252, which any
 * bytes are (HTML standard, "determining the character encoding").
 * @param declared the charset parameter of Content-Type
 */
export function decode(bytes: Buffer, declared: string | undefined): Decoded {
  const mark = markOf(bytes);
  const head = bytes.toString('latin1', 0, PRESCAN_BYTES);
  for (const label of [mark, declared, own(head)]) {
    const decoder = label === undefined ? undefined : decoderOf(label);
    if (decoder) return { text: decoder.decode(bytes), charset: decoder.encoding };
  }
  try {
    // A truncated body may end inside a character: that is no sign of another encoding.
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }),
      charset: 'utf-8',
    };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), charset: 'windows-1252' };
  }
}

function markOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return undefined;
}

/** A page that was read as bytes is not UTF-16, whatever it says (HTML standard, same place). */
function own(head: string): string | undefined {
  const label = (XML.exec(head) ?? META.exec(head))?.[1];
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label;
}

function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}
