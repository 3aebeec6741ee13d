import { z } from 'zod';

/**
 * Values as a person writes them, in `.env`, mcpgw.yaml or a descriptor. Each schema's message is the words after
 * "Allowed:" in an error.
 */

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const BYTES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

const DURATION = /^(\d{1,9})(s|m|h|d)?$/;
const SIZE = /^(\d{1,12})([kKmMgG]?[bB])?$/;

/** Ten years. */
const MAX_SECONDS = 315_360_000;
/** Above it a body or line no longer fits into one JavaScript string. */
const MAX_BYTES = 256 * 1024 ** 2;

const DURATION_WORDS = 'seconds such as 900, or 30s, 15m, 1h, 30d';
const SIZE_WORDS = 'bytes, or 512kb, 32mb, at most 256mb';

/** The seconds of `900`, `15m`, `1h`, `30d`; undefined for anything else. */
export function seconds(text: string): number | undefined {
  const match = DURATION.exec(text);
  return match ? Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS] : undefined;
}

/** The bytes of `1024`, `512kb`, `32mb`, `1gb` (powers of 1024); undefined for anything else. */
export function bytes(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) * BYTES[(match[2] ?? 'b').toLowerCase() as keyof typeof BYTES] : undefined;
}

/**
 * A duration in seconds.
 * @param range inclusive, in seconds, and what is allowed in words
 */
export function durationText(range: {
  min: number;
  max?: number;
  words?: string;
}): z.ZodType<number, string> {
  const max = range.max ?? MAX_SECONDS;
  return z.string().transform((text, context) => {
    const value = seconds(text);
    if (value !== undefined && value >= range.min && value <= max) return value;
    context.addIssue({ code: 'custom', message: range.words });
    return z.NEVER;
  });
}

/** A duration in YAML, a number of seconds or a text; in milliseconds. */
export const durationYaml: z.ZodType<number, string | number> = z
  .union([z.int().positive(DURATION_WORDS), z.string().regex(DURATION, DURATION_WORDS)], DURATION_WORDS)
  .transform((value, context) => {
    const result = seconds(String(value)) ?? 0;
    if (result > 0 && result <= MAX_SECONDS) return result * 1000;
    context.addIssue({ code: 'custom', message: DURATION_WORDS });
    return z.NEVER;
  });

/** A size in YAML, a number of bytes or a text; in bytes. */
export const sizeYaml: z.ZodType<number, string | number> = z
  .union([z.int().positive(SIZE_WORDS), z.string().regex(SIZE, SIZE_WORDS)], SIZE_WORDS)
  .transform((value, context) => {
    const result = bytes(String(value)) ?? 0;
    if (result > 0 && result <= MAX_BYTES) return result;
    context.addIssue({ code: 'custom', message: SIZE_WORDS });
    return z.NEVER;
  });

/** A whole number. */
export function integerText(min: number, max: number): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `a whole number from ${min} to ${max}` });
    return z.NEVER;
  });
}

export const booleanText: z.ZodType<boolean, string> = z
  .enum(['true', 'false'], { error: 'true, false' })
  .transform((text) => text === 'true');

/** One of some words. */
export const wordText = <const Word extends string>(words: readonly Word[]): z.ZodType<Word, string> =>
  z.enum(words, { error: words.join(', ') });

/** Items between commas, spaces around them ignored; empty means an empty list. */
export function listText<Item>(item: z.ZodType<Item, string>): z.ZodType<Item[], string> {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

/** A domain name: labels of letters, digits and `-`. */
export const domainText: z.ZodType<string, string> = z
  .string()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/, {
    error: 'a domain name such as localhost or mcp.example.com',
  });

/** A browser origin, `scheme://host[:port]` and nothing else (RFC 6454 section 6.2). */
export const originText: z.ZodType<string, string> = z
  .string()
  .refine((text) => URL.parse(text)?.origin === text && /^https?:/.test(text), {
    error: 'origins such as https://app.example.com, without a path or trailing slash',
  });

/** A public URL of a service, or a path on the gateway's own address. No query, fragment or user in it. */
export const serviceUrlText: z.ZodType<string, string> = z.string().refine(isServiceUrl, {
  error: 'URLs such as http://localhost:8080/fetch/mcp, or paths such as /fetch/mcp',
});

/** Only plain segments, so that no two readers of a path can read it differently. */
const SERVICE_PATH = /^(?:https?:\/\/[^/?#@\\]+)?((?:\/[A-Za-z0-9._~-]+)+\/?)$/;

function isServiceUrl(text: string): boolean {
  const path = SERVICE_PATH.exec(text)?.[1];
  return path !== undefined && URL.parse(text, 'http://localhost')?.pathname === path;
}
