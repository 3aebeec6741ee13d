import type { IncomingHttpHeaders } from 'node:http';

export type Kind = 'html' | 'json' | 'text' | 'image' | 'other';

export interface MediaType {
  /** Lower case, without parameters; empty when the server names none. */
  essence: string;
  charset: string | undefined;
  kind: Kind;
}

const HTML = /^(?:text\/html|application\/xhtml\+xml)$/;
const JSON_TYPE = /^(?:application\/json|text\/json|[\w.-]+\/[\w.+-]+\+json)$/;
/** Those that clients show to a model. */
const IMAGE = /^image\/(?:png|jpeg|gif|webp)$/;
const TEXT =
  /^(?:text\/[\w.+-]+|image\/svg\+xml|application\/(?:xml|[\w.-]+\+xml|javascript|ecmascript|yaml|x-yaml|toml|x-ndjson|jsonl|graphql|sql|x-sh|x-www-form-urlencoded))$/;

/** Content-Type, and what can be done with it. */
export function mediaTypeOf(headers: IncomingHttpHeaders): MediaType {
  const [first = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  const essence = first.trim().toLowerCase();
  const charset = parameters.map((it) => /^\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(it)?.[1]).find(Boolean);
  return { essence, charset, kind: kindOf(essence) };
}

function kindOf(essence: string): Kind {
  if (HTML.test(essence)) return 'html';
  if (JSON_TYPE.test(essence)) return 'json';
  if (IMAGE.test(essence)) return 'image';
  return TEXT.test(essence) ? 'text' : 'other';
}

/** What a body without a usable Content-Type is; `other` for anything with a NUL. */
export function sniff(bytes: Buffer): 'html' | 'text' | 'other' {
  const head = bytes.subarray(0, 512);
  if (head.includes(0)) return 'other';
  return /^\s*(?:<!doctype html|<html|<head|<body)/i.test(head.toString('latin1')) ? 'html' : 'text';
}

/** The bytes an image of each type begins with: what says it is a picture has to be one. */
const MAGIC: Readonly<Record<string, RegExp>> = {
  'image/png': /^\x89PNG\r\n/,
  'image/jpeg': /^\xff\xd8\xff/,
  'image/gif': /^GIF8[79]a/,
  'image/webp': /^RIFF....WEBP/s,
};

/** The type that the bytes themselves tell; undefined when they are none of the images above. */
export function imageTypeOf(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 16);
  return Object.keys(MAGIC).find((type) => MAGIC[type]?.test(head));
}
