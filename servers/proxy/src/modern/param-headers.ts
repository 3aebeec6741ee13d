import type { IncomingHttpHeaders } from 'node:http';
import type { Connection } from '../child/connection.ts';
import { isObject } from '../jsonrpc/message.ts';
import { decodeHeaderValue } from './header-value.ts';

/** One `x-mcp-header` of a tool's input schema (SEP-2243). */
interface ParamHeader {
  /** Lower-case name of the header. */
  header: string;
  /** Where the value stands in `arguments`. */
  path: readonly string[];
}

export type ParamHeaders = ReadonlyMap<string, readonly ParamHeader[]>;

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;
const NONE: ParamHeaders = new Map();
const MAX_PAGES = 20;
const MAX_DEPTH = 16;

/** Which headers the tools of a child want repeated; asked of the child once, and again when its tools change. */
export class ParamHeaderRules {
  readonly #known = new WeakMap<Connection, { revision: number; rules: Promise<ParamHeaders> }>();

  of(connection: Connection): Promise<ParamHeaders> {
    const known = this.#known.get(connection);
    if (known?.revision === connection.toolsRevision) return known.rules;
    const rules = fetchRules(connection).catch(() => NONE);
    this.#known.set(connection, { revision: connection.toolsRevision, rules });
    return rules;
  }
}

/**
 * Checks that the headers repeat what the arguments hold.
 * @returns what disagrees, or undefined
 */
export function paramMismatch(
  wanted: readonly ParamHeader[],
  args: unknown,
  headers: IncomingHttpHeaders,
): string | undefined {
  for (const { header, path } of wanted) {
    const value = path.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), args);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    const sent = headers[header];
    if (typeof sent !== 'string') return `the ${header} header is missing`;
    const decoded = decodeHeaderValue(sent);
    const same =
      decoded !== undefined &&
      (typeof value === 'number'
        ? DECIMAL.test(decoded) && Number(decoded) === value
        : decoded === String(value));
    if (!same) return `the ${header} header does not repeat arguments.${path.join('.')}`;
  }
  return undefined;
}

async function fetchRules(connection: Connection): Promise<ParamHeaders> {
  const rules = new Map<string, ParamHeader[]>();
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const text = await listTools(connection, typeof cursor === 'string' ? cursor : undefined);
    const result = JSON.parse(text) as { tools?: unknown; nextCursor?: unknown };
    cursor = result.nextCursor;
    for (const tool of text.includes(ANNOTATION) && Array.isArray(result.tools) ? result.tools : []) {
      if (isObject(tool) && typeof tool['name'] === 'string')
        rules.set(tool['name'], annotations(tool['inputSchema']));
    }
    if (cursor === undefined) break;
  }
  return rules;
}

function listTools(connection: Connection, cursor: string | undefined): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const failed = (): void => reject(new Error('tools/list failed'));
  connection.call(
    {
      method: 'tools/list',
      params: undefined,
      paramsText: JSON.stringify(cursor === undefined ? {} : { cursor }),
    },
    {
      onReply: (outcome, text) => (outcome === 'result' ? resolve(text) : failed()),
      onProgress: () => undefined,
      onLost: failed,
      onTimeout: failed,
    },
  );
  return promise;
}

/** The annotations that are reached through `properties` only; others do not count. */
function annotations(schema: unknown, path: readonly string[] = []): ParamHeader[] {
  if (!isObject(schema) || path.length > MAX_DEPTH) return [];
  const name = schema[ANNOTATION];
  const here =
    typeof name === 'string' && TOKEN.test(name) && path.length > 0
      ? [{ header: `mcp-param-${name.toLowerCase()}`, path }]
      : [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [...here, ...properties.flatMap(([key, child]) => annotations(child, [...path, key]))];
}
