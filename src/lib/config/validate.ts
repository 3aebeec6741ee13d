import { z } from 'zod';
import { UserError, type ErrorCode } from '../errors.ts';
import { didYouMean } from './nearest.ts';
import { keyName, type KeyPath, type YamlSource } from './yaml-source.ts';

/**
 * Checks what a YAML file says.
 * @returns the schema's output
 * @throws UserError `code`: file, line, key, what was found, what is allowed, what to do
 */
export function validate<Output>(source: YamlSource, schema: z.ZodType<Output>, code: ErrorCode): Output {
  const result = schema.safeParse(source.data ?? {});
  if (result.success) return result.data;
  // Of several problems the one a person meets first in the file.
  const [first] = result.error.issues
    .map((issue) => ({ issue, path: placeOf(issue) }))
    .sort((a, b) => (source.place(a.path).line ?? 0) - (source.place(b.path).line ?? 0));
  if (first === undefined) throw new Error('zod refused without an issue');
  throw refusal(source, schema, code, first.issue, first.path);
}

/**
 * An error about one key of a YAML file, for checks that a schema cannot make.
 * @param message what was found and what is allowed, in full sentences
 */
export function invalidKey(source: YamlSource, code: ErrorCode, path: KeyPath, message: string): UserError {
  return new UserError(code, message, {
    place: source.place(path),
    nextSteps: ['Correct it and run the command again.'],
  });
}

const placeOf = (issue: z.core.$ZodIssue): KeyPath =>
  issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;

function refusal(
  source: YamlSource,
  schema: z.ZodType,
  code: ErrorCode,
  issue: z.core.$ZodIssue,
  path: KeyPath,
): UserError {
  const name = keyName(path) || 'The file';
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = Object.keys(schemaAt(schema, issue.path)?.properties ?? {});
    return new UserError(
      code,
      `There is no key ${name}.${didYouMean(key, known)} Allowed: ${known.join(', ')}.`,
      {
        place: source.place(path),
        nextSteps: ['Correct the key or remove it.'],
      },
    );
  }
  const found = valueAt(source.data, path);
  const allowed = allowedWords(issue);
  if (found === undefined) {
    return new UserError(code, `${name} is missing. Allowed: ${allowed}.`, {
      place: source.place(path),
      nextSteps: ['Add the key.'],
    });
  }
  const hint =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? didYouMean(found, issue.values.map(String))
      : '';
  return new UserError(code, `${name} is ${show(found)}.${hint} Allowed: ${allowed}.`, {
    place: source.place(path),
    nextSteps: ['Correct the value.'],
  });
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'keys with values'],
  ['record', 'keys with values'],
]);

/** How zod words an issue whose schema has no words of its own. */
const ZODS_OWN = /^(Too (small|big)|Invalid (string|input|number)):/;

const NOUNS: ReadonlyMap<string, [before: string, after: string]> = new Map([
  ['string', ['a text of ', ' characters']],
  ['array', ['a list of ', ' entries']],
  ['number', ['a number, ', '']],
  ['int', ['a whole number, ', '']],
]);

function limitWords(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [before, after] = NOUNS.get(issue.origin) ?? ['', ''];
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return `${before}${bound}${after}`;
}

/** Messages of our own schemas are already the words that stand after "Allowed:". */
function allowedWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_type':
      return TYPES.get(issue.expected) ?? issue.expected;
    case 'too_small':
    case 'too_big':
      return ZODS_OWN.test(issue.message) ? limitWords(issue) : issue.message;
    case 'invalid_format':
      return ZODS_OWN.test(issue.message) && issue.pattern !== undefined
        ? `a text that matches ${issue.pattern}`
        : issue.message;
    default:
      return issue.message;
  }
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

/** The part of a schema that describes a path; only looked up to word an error. */
function schemaAt(schema: z.ZodType, path: KeyPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  for (const segment of path) {
    at =
      at?.properties?.[String(segment)] ?? at?.items ?? (at?.additionalProperties as JsonSchema | undefined);
    at = at?.anyOf?.find((branch) => branch.properties ?? branch.items ?? branch.additionalProperties) ?? at;
  }
  return at;
}

const valueAt = (data: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (value, segment) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[segment]
        : undefined,
    data,
  );

/** A value as an error shows it: short, on one line. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
