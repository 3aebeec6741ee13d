import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { UserError, type ErrorCode, type Place } from '../errors.ts';

export type KeyPath = readonly PropertyKey[];

/** A YAML file that is read, with the way back from a key to its line. */
export interface YamlSource {
  file: string;
  /** Plain data; undefined for an empty file. */
  data: unknown;
  /** Where a key stands, or the nearest one above it that does. */
  place(path: KeyPath): Place;
}

/**
 * Reads a YAML 1.2 text (core schema: `no` is a word, not false).
 * @param code of the error when it is not YAML
 * @throws UserError `code`, with the line
 */
export function readYaml(text: string, file: string, code: ErrorCode): YamlSource {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    throw new UserError(code, `This is not valid YAML: ${problem.message}.`, {
      place: { file, line: counter.linePos(problem.pos[0]).line },
      nextSteps: ['Correct the line; keys are `key: value`, indented with spaces.'],
      cause: problem,
    });
  }
  return {
    file,
    data: toData(document, file, code),
    place: (path) => place(document, counter, file, path),
  };
}

/** Aliases that name nothing, or unfold without end, are found only now. */
function toData(document: Document.Parsed, file: string, code: ErrorCode): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? undefined;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new UserError(code, `This is not valid YAML: ${error.message}.`, {
      place: { file },
      nextSteps: ['Write the values out instead of naming them by *alias.'],
      cause: error,
    });
  }
}

function place(document: Document.Parsed, counter: LineCounter, file: string, path: KeyPath): Place {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const segment of path) {
    const next = step(node, segment);
    if (next === undefined) break;
    offset = next.offset ?? offset;
    node = next.value;
  }
  const key = keyName(path);
  return {
    file,
    ...(offset !== undefined && { line: counter.linePos(offset).line }),
    ...(key !== '' && { key }),
  };
}

function step(
  node: unknown,
  segment: PropertyKey,
): { offset: number | undefined; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
    return pair && { offset: startOf(pair.key), value: pair.value };
  }
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { offset: startOf(item), value: item };
  }
  return undefined;
}

const startOf = (node: unknown): number | undefined => (node as Node | undefined)?.range?.[0];

/** `policy.fetch[0].users` */
export const keyName = (path: KeyPath): string =>
  path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index ? '.' : ''}${String(segment)}`,
    )
    .join('');
